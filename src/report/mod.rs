//! Room **report**: records to HTML, SVG and CSV: pure functions. The only room that names plotters.
