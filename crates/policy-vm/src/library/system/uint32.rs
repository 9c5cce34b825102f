//! `System.UInt32`: see [`integer`](super::number::integer) for what its members do.

super::number::integer::integer_type!("System.UInt32", "uint", u32, UInt32);
