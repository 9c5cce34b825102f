//! `System.Int32`: see [`integer`](super::number::integer) for what its members do.

super::number::integer::integer_type!("System.Int32", "int", i32, Int32);
