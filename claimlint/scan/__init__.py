"""A linter over corpora: pages out of files of records, checked part by part on all cores, findings into Parquet.

The inputs are cut into parts (`parts`), always the same ones. A worker (`worker`) reads the pages of a part (`records`),
checks them, and writes what was found in one step (`output`): a part is there as a whole or not at all, which makes a scan
resumable. Ray Data (`run`) hands parts to workers, on this machine or on a cluster.

Needs the extra “scale”. Only `run` imports Ray.
"""
