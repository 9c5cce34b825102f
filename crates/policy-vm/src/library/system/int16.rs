//! `System.Int16`: see [`integer`](super::number::integer) for what its members do.

super::number::integer::integer_type!("System.Int16", "short", i16, Int16);
