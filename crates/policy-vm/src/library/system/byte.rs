//! `System.Byte`: see [`integer`](super::number::integer) for what its members do.

super::number::integer::integer_type!("System.Byte", "byte", u8, Byte);
