//! Wildcards and regular expressions of dynamic templates.
