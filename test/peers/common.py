"""What the checkers share."""
import hashlib
import numpy as np


def digest(a):
    """sha256 of the row-major little-endian float32 bytes (integers: int64 bytes)."""
    a = np.asarray(a)
    a = a.astype("<i8") if a.dtype.kind in "iu" else a.astype("<f4")
    return hashlib.sha256(np.ascontiguousarray(a).tobytes()).hexdigest()
