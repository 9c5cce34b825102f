//! `System.Single`: see [`float`](super::number::float) for what its members do.

super::number::float::float_type!(
    "System.Single",
    "float",
    " f)",
    f32,
    Single,
    f32::from_bits(1),
    parse_single,
    try_parse_single,
    single
);
