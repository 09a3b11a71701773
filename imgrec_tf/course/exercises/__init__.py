"""The checks of the exercises, one file a lesson; `imgrec_tf.course.checks` finds them."""
