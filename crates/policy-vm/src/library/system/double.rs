//! `System.Double`: see [`float`](super::number::float) for what its members do.

super::number::float::float_type!(
    "System.Double",
    "double",
    " d)",
    f64,
    Double,
    f64::from_bits(1),
    parse_double,
    try_parse_double,
    double
);
