"""Which minima SGD can stay at.

``diagnose`` measures the sharpness a and the non-uniformity s of a trained network and says whether SGD is stable
there; ``decide`` decides small models exactly, over the rationals. The words of the arguments are those of the
program's flags, and the answers are its JSON as dictionaries.

>>> import sgd_stability as s
>>> s.decide([[1, 0], [0, 1], [1, 1]], lr="5/4", batch=1)["verdicts"]["mean_square"]
True
"""

from ._decide import decide
from ._diagnose import diagnose

__all__ = ["decide", "diagnose"]
