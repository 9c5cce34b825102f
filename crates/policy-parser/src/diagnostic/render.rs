//! Diagnostics as text, as one line each, and as JSON.
