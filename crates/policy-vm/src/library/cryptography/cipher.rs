//! Block ciphers with their modes and paddings.

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecrypt, BlockEncrypt, BlockSizeUser, KeyInit};

/// A block cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    /// `Aes`.
    Aes,
    /// `TripleDES`.
    TripleDes,
    /// `DES`.
    Des,
    /// `RC2`.
    Rc2,
}

/// `CipherMode`, as far as .NET has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Each block with the one before.
    Cbc,
    /// Each block on its own.
    Ecb,
    /// As a stream, by so many bytes.
    Cfb(usize),
}

/// `PaddingMode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    /// The input must be whole blocks.
    None,
    /// Bytes that say how many they are.
    Pkcs7,
    /// Zeros, which stay when decrypting.
    Zeros,
    /// Zeros and their number.
    AnsiX923,
    /// Random bytes and their number.
    Iso10126,
}

/// What is wrong with the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bad {
    /// Not whole blocks.
    Incomplete,
    /// The padding is none.
    Padding,
    /// The key cannot be used.
    Key,
}

impl Bad {
    /// The message of the `CryptographicException`.
    pub(super) const fn message(self) -> &'static str {
        match self {
            Self::Incomplete => "The input data is not a complete block.",
            Self::Padding => "Padding is invalid and cannot be removed.",
            Self::Key => "Specified key is not a valid size for this algorithm.",
        }
    }
}

impl Algorithm {
    /// By the name that `SymmetricAlgorithm.Create` takes.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.strip_prefix("System.Security.Cryptography.").unwrap_or(name);
        Some(match name.to_ascii_lowercase().as_str() {
            "aes" | "aesmanaged" | "aescryptoserviceprovider" | "rijndael" | "rijndaelmanaged" => Self::Aes,
            "tripledes" | "3des" | "triple des" | "tripledescryptoserviceprovider" => Self::TripleDes,
            "des" | "descryptoserviceprovider" => Self::Des,
            "rc2" | "rc2cryptoserviceprovider" => Self::Rc2,
            _ => return None,
        })
    }

    /// Length of a block in bytes.
    pub(super) const fn block(self) -> usize {
        if matches!(self, Self::Aes) { 16 } else { 8 }
    }

    /// Length of a new key in bytes.
    pub(super) const fn default_key(self) -> usize {
        match self {
            Self::Aes => 32,
            Self::TripleDes => 24,
            Self::Des => 8,
            Self::Rc2 => 16,
        }
    }

    /// The least and the most bits of a key, and the step between two sizes.
    pub(super) const fn key_bits(self) -> (i32, i32, i32) {
        match self {
            Self::Aes => (128, 256, 64),
            Self::TripleDes => (128, 192, 64),
            Self::Des => (64, 64, 0),
            Self::Rc2 => (40, 128, 8),
        }
    }

    /// True when keys of that many bytes exist.
    pub(super) fn takes_key(self, length: usize) -> bool {
        match self {
            Self::Aes => matches!(length, 16 | 24 | 32),
            Self::TripleDes => matches!(length, 16 | 24),
            Self::Des => length == 8,
            Self::Rc2 => (5..=16).contains(&length),
        }
    }

    fn with_key(self, key: &[u8]) -> Option<Blocks> {
        Some(match (self, key.len()) {
            (Self::Aes, 16) => Blocks::Aes128(Box::new(aes::Aes128::new_from_slice(key).ok()?)),
            (Self::Aes, 24) => Blocks::Aes192(Box::new(aes::Aes192::new_from_slice(key).ok()?)),
            (Self::Aes, _) => Blocks::Aes256(Box::new(aes::Aes256::new_from_slice(key).ok()?)),
            (Self::TripleDes, 16) => Blocks::TripleDes2(Box::new(des::TdesEde2::new_from_slice(key).ok()?)),
            (Self::TripleDes, _) => Blocks::TripleDes3(Box::new(des::TdesEde3::new_from_slice(key).ok()?)),
            (Self::Des, _) => Blocks::Des(Box::new(des::Des::new_from_slice(key).ok()?)),
            (Self::Rc2, _) => Blocks::Rc2(Box::new(rc2::Rc2::new_from_slice(key).ok()?)),
        })
    }
}

/// The weak and the half weak keys of DES, without parity.
const WEAK: [u64; 16] = [
    0x0000_0000_0000_0000,
    0xfefe_fefe_fefe_fefe,
    0x1e1e_1e1e_0e0e_0e0e,
    0xe0e0_e0e0_f0f0_f0f0,
    0x00fe_00fe_00fe_00fe,
    0xfe00_fe00_fe00_fe00,
    0x1ee0_1ee0_0ef0_0ef0,
    0xe01e_e01e_f00e_f00e,
    0x00e0_00e0_00f0_00f0,
    0xe000_e000_f000_f000,
    0x1efe_1efe_0efe_0efe,
    0xfe1e_fe1e_fe0e_fe0e,
    0x001e_001e_000e_000e,
    0x1e00_1e00_0e00_0e00,
    0xe0fe_e0fe_f0fe_f0fe,
    0xfee0_fee0_fef0_fef0,
];

/// True for a DES key that .NET refuses.
pub(super) fn is_weak(algorithm: Algorithm, key: &[u8]) -> bool {
    let Ok(bytes) = <[u8; 8]>::try_from(key) else { return false };
    algorithm == Algorithm::Des && WEAK.contains(&(u64::from_be_bytes(bytes) & 0xfefe_fefe_fefe_fefe))
}

enum Blocks {
    Aes128(Box<aes::Aes128>),
    Aes192(Box<aes::Aes192>),
    Aes256(Box<aes::Aes256>),
    TripleDes2(Box<des::TdesEde2>),
    TripleDes3(Box<des::TdesEde3>),
    Des(Box<des::Des>),
    Rc2(Box<rc2::Rc2>),
}

fn block_of<C: BlockSizeUser>(block: &mut [u8]) -> &mut GenericArray<u8, C::BlockSize> {
    GenericArray::from_mut_slice(block)
}

fn encrypt_one<C: BlockEncrypt>(cipher: &C, block: &mut [u8]) {
    cipher.encrypt_block(block_of::<C>(block));
}

fn decrypt_one<C: BlockDecrypt>(cipher: &C, block: &mut [u8]) {
    cipher.decrypt_block(block_of::<C>(block));
}

impl Blocks {
    fn encrypt(&self, block: &mut [u8]) {
        match self {
            Self::Aes128(c) => encrypt_one(&**c, block),
            Self::Aes192(c) => encrypt_one(&**c, block),
            Self::Aes256(c) => encrypt_one(&**c, block),
            Self::TripleDes2(c) => encrypt_one(&**c, block),
            Self::TripleDes3(c) => encrypt_one(&**c, block),
            Self::Des(c) => encrypt_one(&**c, block),
            Self::Rc2(c) => encrypt_one(&**c, block),
        }
    }

    fn decrypt(&self, block: &mut [u8]) {
        match self {
            Self::Aes128(c) => decrypt_one(&**c, block),
            Self::Aes192(c) => decrypt_one(&**c, block),
            Self::Aes256(c) => decrypt_one(&**c, block),
            Self::TripleDes2(c) => decrypt_one(&**c, block),
            Self::TripleDes3(c) => decrypt_one(&**c, block),
            Self::Des(c) => decrypt_one(&**c, block),
            Self::Rc2(c) => decrypt_one(&**c, block),
        }
    }
}

fn mix(block: &mut [u8], with: &[u8]) {
    block.iter_mut().zip(with).for_each(|(a, b)| *a ^= b);
}

/// What one operation works with. The initialization vector is as long as a block.
pub(super) struct Operation<'a> {
    pub(super) algorithm: Algorithm,
    pub(super) key: &'a [u8],
    pub(super) iv: &'a [u8],
    pub(super) mode: Mode,
    pub(super) padding: Padding,
}

impl Operation<'_> {
    /// Length of what padding fills up.
    fn unit(&self) -> usize {
        match self.mode {
            Mode::Cfb(size) => size,
            _ => self.algorithm.block(),
        }
    }

    /// Encrypts; `random` fills the padding that is random.
    pub(super) fn encrypt(&self, data: &[u8], random: impl FnOnce(&mut [u8])) -> Result<Vec<u8>, Bad> {
        let cipher = self.algorithm.with_key(self.key).ok_or(Bad::Key)?;
        let mut out = data.to_vec();
        let unit = self.unit();
        let missing = unit - out.len() % unit;
        let end = out.len();
        match self.padding {
            Padding::None if missing == unit => {}
            Padding::None => return Err(Bad::Incomplete),
            Padding::Zeros => out.resize(end + missing % unit, 0),
            Padding::Pkcs7 => out.resize(end + missing, missing as u8),
            Padding::AnsiX923 | Padding::Iso10126 => {
                out.resize(end + missing, 0);
                if self.padding == Padding::Iso10126 {
                    random(out.get_mut(end..).unwrap_or_default());
                }
                if let Some(last) = out.last_mut() {
                    *last = missing as u8;
                }
            }
        }
        let mut previous = self.iv.to_vec();
        for block in out.chunks_exact_mut(unit) {
            match self.mode {
                Mode::Ecb => cipher.encrypt(block),
                Mode::Cbc => {
                    mix(block, &previous);
                    cipher.encrypt(block);
                    previous.copy_from_slice(block);
                }
                Mode::Cfb(size) => {
                    let mut stream = previous.clone();
                    cipher.encrypt(&mut stream);
                    mix(block, &stream);
                    previous.drain(..size);
                    previous.extend_from_slice(block);
                }
            }
        }
        Ok(out)
    }

    /// Decrypts.
    pub(super) fn decrypt(&self, data: &[u8]) -> Result<Vec<u8>, Bad> {
        let cipher = self.algorithm.with_key(self.key).ok_or(Bad::Key)?;
        let unit = self.unit();
        if !data.len().is_multiple_of(unit) {
            return Err(Bad::Incomplete);
        }
        let mut out = data.to_vec();
        let mut previous = self.iv.to_vec();
        for (block, original) in out.chunks_exact_mut(unit).zip(data.chunks_exact(unit)) {
            match self.mode {
                Mode::Ecb => cipher.decrypt(block),
                Mode::Cbc => {
                    cipher.decrypt(block);
                    mix(block, &previous);
                    previous.copy_from_slice(original);
                }
                Mode::Cfb(size) => {
                    let mut stream = previous.clone();
                    cipher.encrypt(&mut stream);
                    mix(block, &stream);
                    previous.drain(..size);
                    previous.extend_from_slice(original);
                }
            }
        }
        self.unpad(&mut out, unit)?;
        Ok(out)
    }

    fn unpad(&self, out: &mut Vec<u8>, unit: usize) -> Result<(), Bad> {
        let Some(last) = out.last().copied() else { return Ok(()) };
        if matches!(self.padding, Padding::None | Padding::Zeros) {
            return Ok(());
        }
        let count = usize::from(last);
        if count == 0 || count > unit {
            return Err(Bad::Padding);
        }
        let start = out.len() - count;
        let filling = out.get(start..out.len() - 1).unwrap_or_default();
        // All bytes are looked at, so that the time taken does not say which was wrong.
        let wanted = match self.padding {
            Padding::Pkcs7 => last,
            _ => 0,
        };
        let wrong = filling.iter().fold(0, |wrong, byte| wrong | (byte ^ wanted));
        if wrong != 0 && self.padding != Padding::Iso10126 {
            return Err(Bad::Padding);
        }
        out.truncate(start);
        Ok(())
    }
}
