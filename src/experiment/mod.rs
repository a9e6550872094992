//! Room **experiment**: one file per figure, table or claim experiment, `configuration → record`,
//! pure: no printing, no files, no clock.

pub mod record;
