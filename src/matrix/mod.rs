//! Room **matrix**: what nalgebra cannot give over a field without roots: inertia (semi-definite too), brackets.
