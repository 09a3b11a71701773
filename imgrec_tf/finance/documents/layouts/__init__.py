"""The layouts, one file a kind of document."""
