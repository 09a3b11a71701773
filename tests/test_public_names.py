"""The public names, written out: a name that comes or goes is a decision, and it is seen here."""

from __future__ import annotations

import importlib
import inspect
import pkgutil

import pytest

import imgrec_tf

PUBLIC = {
    "imgrec_tf": """
        DatasetCard Evaluation ImageDataset Recognizer Split TrainingRun __version__ available course datasets
        decisions environment evaluate evaluation explain finance load medical models plots recognizer train training
        vision
    """,
    "imgrec_tf.course": "CheckFailed check expect headline register",
    "imgrec_tf.course.exercises": "",
    "imgrec_tf.datasets": """
        DatasetCard DownloadError ImageDataset ImageFiles ImageProblem LeakReport Split available card
        from_arrays from_csv from_folder from_npz leak_report load read_image split
    """,
    "imgrec_tf.datasets.dicom": """
        DicomImage DicomProblem LookupTable MissingCodec NoPixels Window is_dicom patient_group read
    """,
    "imgrec_tf.decisions": """
        ConformalRule Costs DecisionCurve PredictionSets PrevalenceEstimate RiskCoverage Share Temperature
        TemperatureScaling calibrated choose_operating_point decision_curve estimate_prevalence fit_conformal
        fit_temperature halves limit_for_target plot_calibration plot_costs plot_coverage risk_coverage
        shift_prevalence with_prevalence
    """,
    "imgrec_tf.evaluation": "Evaluation Metric evaluate",
    "imgrec_tf.explain": """
        Marker PlantedShortcut SanityCheck ShortcutExperiment grad_cam mass_inside occlusion plant_shortcut saliency
        sanity_check shortcut_experiment show_maps
    """,
    "imgrec_tf.finance": """
        applications capture consistency document_types documents forgery id_documents identity locating reading
        verification
    """,
    "imgrec_tf.finance.applications": """
        ACTIONS Application ApplicationConflict ApplicationStore CostMatrix Decision Duplicate Evidence Examination
        ExaminedDocument FEATURES LogEntry LogHead LogProblem LogReport RiskCoverage RiskModel SAME_PICTURE Share
        StorageProblem Vault decide describe_picture examine fit_risk_model invent_evidence limit_for_target mask_text
        new_key picture_similarity redact_image risk_coverage wrong_among_accepted
    """,
    "imgrec_tf.finance.capture": """
        Camera Photo SEVERITIES Severity camera capture capture_several homography_between show_photo
        show_severities transform_points
    """,
    "imgrec_tf.finance.consistency": "ConsistencyReport Finding SEVERITIES check_consistency rule_table",
    "imgrec_tf.finance.document_types": """
        DocumentClassifier page_dataset page_picture page_split recognize_known_layouts
    """,
    "imgrec_tf.finance.documents": """
        CLASSES Document EXPRESSIONS Field IMITATIONS draw_portrait household_values page_size render save_image
        show_classes show_fields show_portraits show_templates specimen_contrast template_names
    """,
    "imgrec_tf.finance.documents.layouts": "",
    "imgrec_tf.finance.forgery": """
        Combination DocumentCheck Forged KINDS NoiseResidual SHORTCUTS TRACES TraceDetector TracedPage TriedPage
        check_document combine crops_of_pages detector fit_traces forge forged_documents forged_pages kinds_in
        localisation_iou place_table places_in resave resplit show_check split_places targets trace_features
        train_detector try_pages
    """,
    "imgrec_tf.finance.identity": """
        BrokenRule DigitCheck Household HouseholdMember IdentityNumber IdentityNumberCheck IssuedDocument
        MRZ_CLASSES MRZ_FORMATS Misses MrzRecord Person REFERENCE_DATE STATE_CODES add_years build_identity_number
        build_mrz
        check_identity_number every_error identity_check_character invent_household invent_identity_number
        invent_people invent_person invisible_pairs measure_misses mrz_character_classes mrz_check_digit mrz_layout
        name_characters parse_identity_number parse_mrz person_mrz resident_card_years romanize spellings
        transliterate
    """,
    "imgrec_tf.finance.locating": """
        Finding LIMITS Location Quality Step Straightened Upright check_corners check_quality corner_batches
        corner_network corner_photos homography locate_document nearest_format order_corners page_aspect
        quadrilateral_iou rectify refine_corners show_outlines straighten upright
    """,
    "imgrec_tf.finance.locating.training": "",
    "imgrec_tf.finance.reading": """
        Change Decoded FieldReading LineImage LineReader MrzReading NumberReading PrintedField PrintedLine
        PrintedReading ReaderRun Repaired Row SEVERITIES
        Zone beam_decode cut_row edit_distance find_zones fixed_length_decode greedy_decode mrz_alphabets
        normalise_line number_alphabets number_strips print_alphabet read_identity_number read_mrz
        read_printed_fields render_line
        repair_identity_number repair_mrz shipped_reader train_reader
    """,
    "imgrec_tf.finance.verification": """
        Comparison EmbeddingRun Judge MARGINS PairEvaluation Pairs PictureSet Threshold Verifier embedding_network
        evaluate_pairs face_crop face_picture load_verifier make_pairs make_portraits make_signatures show_identities
        signature_picture strangers_only train_embedding
    """,
    "imgrec_tf.medical": "detection dicom phantoms reports segmentation",
    "imgrec_tf.medical.dicom": """
        BurnedInText CT_WINDOWS DicomFolder DicomImage DicomProblem MissingCodec NoPixels PITFALLS Volume Window
        find_burned_in_text from_dicom personal_tags read read_folder read_volume strip_personal write_clinic
        write_example write_series
    """,
    "imgrec_tf.medical.reports": "NOTICE Report checklist make_report model_card",
    "imgrec_tf.medical.detection": """
        Annotation BoxDataset BoxScores BoxSplit ClassRule DetectionRun Detector Found THRESHOLDS
        augment average_precision blood_phantom box_areas box_ious boxed boxes_of centre_targets
        choose_threshold fitted from_arrays from_voc load measure_boxes plot_counts read_annotation
        show_boxes suggested_size train_detector
    """,
    "imgrec_tf.medical.segmentation": """
        CLASS_NAMES MaskDataset MaskScores MaskSplit SegmentationRun Segmenter THRESHOLDS augment average_precision
        cells_phantom connected_objects dice from_arrays from_folder grey instance_mask iou load measure_masks
        network_input object_ious objects_from_scores otsu_mask outlined pixel_classes pixel_scores plot_precision
        show_segmentation split_touching train_segmenter unit_range
    """,
    "imgrec_tf.models": """
        Baseline BoxOverlapLoss CentreFocalLoss DiceLoss FocalLoss PRESETS baseline crnn detector sequential_cnn unet
    """,
    "imgrec_tf.plots": """
        COLORS Figure GREY PALETTE SYNTHETIC figure histogram image_grid image_values style styled title wrapped
    """,
    "imgrec_tf.recognizer": "OperatingPoint Recognizer",
    "imgrec_tf.training": "TrainingDiverged TrainingRun train",
    "imgrec_tf.vision": "augmentation pixels preprocessing",
    "imgrec_tf.vision.augmentation": """
        Augmentation CutMix MixUp NAMES RandomAffine RandomBlur RandomColor RandomErasing RandomNoise RandomTone
        preview recipe
    """,
    "imgrec_tf.vision.preprocessing": """
        BilateralDenoise Binarize Blur Brightness CLAHE Canny CenterCrop ColorHistogram ColorMoments
        EqualizeHistogram Gamma GaussianDenoise Grayscale GreyWorld MedianDenoise NonLocalMeansDenoise Normalize
        PreprocessingLayer ResizeWithPadding Sobel StretchContrast otsu_threshold preview
    """,
}
# What Keras asks of every layer: documented there.
KERAS = {"build", "call", "compute_output_shape", "compute_output_spec", "from_config", "get_config"}
NAMES = [(module, name) for module, names in PUBLIC.items() for name in names.split()]


@pytest.mark.parametrize("module", PUBLIC)
def test_public_names_are_the_listed_ones(module):
    assert sorted(getattr(importlib.import_module(module), "__all__", [])) == sorted(PUBLIC[module].split())


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_a_public_name_exists_and_is_documented(module, name):
    value = getattr(importlib.import_module(module), name)
    if inspect.isclass(value) or inspect.isfunction(value) or inspect.ismodule(value):
        assert inspect.getdoc(value), f"{module}.{name} has no docstring"
        assert name in dir(importlib.import_module(module))


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_public_classes_document_their_methods(module, name):
    value = getattr(importlib.import_module(module), name)
    if not inspect.isclass(value):
        return
    bare = [
        method
        for method, own in vars(value).items()
        if not method.startswith("_")
        and method not in KERAS
        and (inspect.isfunction(own) or isinstance(own, property | classmethod | staticmethod))
        and not inspect.getdoc(getattr(value, method))
    ]
    assert bare == [], f"{module}.{name}: methods without a docstring"


def test_every_package_that_lists_names_is_listed_here():
    found = {"imgrec_tf"}
    for module in pkgutil.walk_packages(imgrec_tf.__path__, "imgrec_tf."):
        if module.ispkg:
            found.add(module.name)
    assert found == set(PUBLIC)


def test_an_unknown_name_says_which_are_known():
    with pytest.raises(AttributeError, match=r"public names: .*load"):
        _ = imgrec_tf.loads
