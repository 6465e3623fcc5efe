"""claimlint: a linter for medical and health claims in marketing drafts."""
