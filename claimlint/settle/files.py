"""The registers, as paths from the folder of the configuration."""

WAIVERS = ".claimlint/waivers.yml"
SUBSTANTIATION = ".claimlint/substantiation.yml"
BASELINE = ".claimlint/baseline.json"
ALL = (WAIVERS, SUBSTANTIATION, BASELINE)
