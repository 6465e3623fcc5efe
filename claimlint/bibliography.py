STUDY_TYPES = ("meta-analysis", "systematic-review", "rct")
