//! Room **sweep**: which cells to run, shards, resume, merge.
