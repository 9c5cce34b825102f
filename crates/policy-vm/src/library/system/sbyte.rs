//! `System.SByte`: see [`integer`](super::number::integer) for what its members do.

super::number::integer::integer_type!("System.SByte", "sbyte", i8, SByte, "obj");
