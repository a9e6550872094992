//! Room **decide**: exact verdicts and certified critical learning rates.
