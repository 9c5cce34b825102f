//! `System.Int64`: see [`integer`](super::number::integer) for what its members do.

super::number::integer::integer_type!("System.Int64", "long", i64, Int64);
