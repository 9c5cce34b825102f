//! `System.UInt64`: see [`integer`](super::number::integer) for what its members do.

super::number::integer::integer_type!("System.UInt64", "ulong", u64, UInt64);
