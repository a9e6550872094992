//! Room **criterion**: the formulas of the theory, once each, generic over the number.
