//! PFX files (PKCS #12): a certificate with its private key, perhaps encrypted by a password.
//!
//! Read here rather than by a library for two reasons: keys that are not encrypted must be found as well, and the
//! rounds of key derivation that a file asks for must be bounded (a hostile file asks for billions).

use super::cipher::{Algorithm, Mode, Operation, Padding};
use super::digest::Function;

/// What a file holds.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    /// Certificates in DER, with the ids of their keys.
    pub(crate) certificates: Vec<(Vec<u8>, Vec<u8>)>,
    /// Private keys in PKCS #8, with their ids.
    pub(crate) keys: Vec<(Vec<u8>, Vec<u8>)>,
}

/// Rounds of key derivation that one file may ask for, all its parts together.
const MOST_ROUNDS: u64 = 4_000_000;

/// Reads a file; `None` when it is none, or the password is another.
pub(crate) fn read(bytes: &[u8], password: &str) -> Option<Contents> {
    let mut file = Der(bytes).sequence()?;
    file.integer()?;
    let mut safe = file.sequence()?;
    if safe.oid()? != DATA {
        return None;
    }
    let authenticated = Der(safe.tagged(0xa0)?).tagged(0x04)?;
    let mut reader = Reader { password, rounds: MOST_ROUNDS, contents: Contents::default() };
    if let Some(mac) = file.sequence() {
        reader.check(mac, authenticated)?;
    }
    let mut parts = Der(authenticated).sequence()?;
    while let Some(mut part) = parts.sequence() {
        match part.oid()? {
            DATA => {
                let bags = Der(part.tagged(0xa0)?).tagged(0x04)?;
                reader.bags(bags)?;
            }
            ENCRYPTED_DATA => {
                let mut encrypted = Der(part.tagged(0xa0)?).sequence()?;
                encrypted.integer()?;
                let mut content = encrypted.sequence()?;
                content.oid()?;
                let algorithm = content.sequence()?;
                let bags = reader.decrypt(algorithm, content.tagged(0x80)?)?;
                reader.bags(&bags)?;
            }
            _ => return None,
        }
    }
    Some(reader.contents)
}

const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
const ENCRYPTED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x06];
const KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x01];
const SHROUDED_KEY_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x02];
const CERTIFICATE_BAG: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x0a, 0x01, 0x03];
const LOCAL_KEY_ID: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x15];
const PBES2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];
const PBE_SHA1_3DES: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x03];
const PBE_SHA1_RC2_128: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x05];
const PBE_SHA1_RC2_40: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01, 0x06];

/// The next value of a DER text.
#[derive(Clone, Copy)]
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match *first {
            short @ 0..=127 => (usize::from(short), rest),
            long @ 0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(long - 0x80))?;
                (digits.iter().fold(0, |n, b| n << 8 | usize::from(*b)), rest)
            }
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, value))
    }

    fn tagged(&mut self, tag: u8) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let (found, value) = ahead.next()?;
        if found != tag {
            return None;
        }
        *self = ahead;
        Some(value)
    }

    fn sequence(&mut self) -> Option<Self> {
        self.tagged(0x30).map(Der)
    }

    fn oid(&mut self) -> Option<&'a [u8]> {
        self.tagged(0x06)
    }

    fn integer(&mut self) -> Option<u64> {
        let digits = self.tagged(0x02)?;
        (digits.len() <= 8).then(|| digits.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
    }
}

struct Reader<'a> {
    password: &'a str,
    rounds: u64,
    contents: Contents,
}

impl Reader<'_> {
    fn spend(&mut self, rounds: u64) -> Option<u64> {
        self.rounds = self.rounds.checked_sub(rounds)?;
        Some(rounds)
    }

    fn check(&mut self, mut mac: Der<'_>, data: &[u8]) -> Option<()> {
        let mut digest = mac.sequence()?;
        let function = hash_function(digest.sequence()?.oid()?)?;
        let wanted = digest.tagged(0x04)?;
        let salt = mac.tagged(0x04)?;
        let rounds = mac.integer().unwrap_or(1);
        let rounds = self.spend(rounds)?;
        let key = derive(function, self.password, salt, rounds, 3, function.size());
        (function.keyed(&key, data) == wanted).then_some(())
    }

    fn bags(&mut self, bytes: &[u8]) -> Option<()> {
        let mut bags = Der(bytes).sequence()?;
        while let Some(mut bag) = bags.sequence() {
            let kind = bag.oid()?;
            let mut value = Der(bag.tagged(0xa0)?);
            let id = bag.tagged(0x31).and_then(key_id).unwrap_or_default();
            match kind {
                KEY_BAG => self.contents.keys.push((value.0.to_vec(), id)),
                SHROUDED_KEY_BAG => {
                    let mut shrouded = value.sequence()?;
                    let algorithm = shrouded.sequence()?;
                    let key = self.decrypt(algorithm, shrouded.tagged(0x04)?)?;
                    self.contents.keys.push((key, id));
                }
                CERTIFICATE_BAG => {
                    let mut bag = value.sequence()?;
                    bag.oid()?;
                    let der = Der(bag.tagged(0xa0)?).tagged(0x04)?;
                    self.contents.certificates.push((der.to_vec(), id));
                }
                _ => {}
            }
        }
        Some(())
    }

    fn decrypt(&mut self, mut algorithm: Der<'_>, data: &[u8]) -> Option<Vec<u8>> {
        let (kind, key_length) = match algorithm.oid()? {
            PBES2 => return self.decrypt_pbes2(algorithm.sequence()?, data),
            PBE_SHA1_3DES => (Algorithm::TripleDes, 24),
            PBE_SHA1_RC2_128 => (Algorithm::Rc2, 16),
            PBE_SHA1_RC2_40 => (Algorithm::Rc2, 5),
            _ => return None,
        };
        let mut parameters = algorithm.sequence()?;
        let salt = parameters.tagged(0x04)?;
        let rounds = parameters.integer()?;
        let rounds = self.spend(rounds.checked_mul(2)?)? / 2;
        let key = derive(Function::Sha1, self.password, salt, rounds, 1, key_length);
        let iv = derive(Function::Sha1, self.password, salt, rounds, 2, 8);
        decrypt(kind, &key, &iv, data)
    }

    fn decrypt_pbes2(&mut self, mut parameters: Der<'_>, data: &[u8]) -> Option<Vec<u8>> {
        const PBKDF2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];
        let mut derivation = parameters.sequence()?;
        let mut scheme = parameters.sequence()?;
        if derivation.oid()? != PBKDF2 {
            return None;
        }
        let mut derivation = derivation.sequence()?;
        let salt = derivation.tagged(0x04)?;
        let rounds = derivation.integer()?;
        let _ = derivation.integer();
        let function = match derivation.sequence() {
            Some(mut function) => keyed_function(function.oid()?)?,
            None => Function::Sha1,
        };
        let (kind, length): (_, usize) = match scheme.oid()? {
            [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x02] => (Algorithm::Aes, 16),
            [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x16] => (Algorithm::Aes, 24),
            [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a] => (Algorithm::Aes, 32),
            [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x03, 0x07] => (Algorithm::TripleDes, 24),
            _ => return None,
        };
        let blocks = length.div_ceil(function.size()) as u64;
        self.spend(rounds.checked_mul(blocks)?)?;
        let key = pbkdf2(function, self.password.as_bytes(), salt, rounds, length);
        decrypt(kind, &key, scheme.tagged(0x04)?, data)
    }
}

fn decrypt(algorithm: Algorithm, key: &[u8], iv: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    if iv.len() != algorithm.block() {
        return None;
    }
    Operation { algorithm, key, iv, mode: Mode::Cbc, padding: Padding::Pkcs7 }.decrypt(data).ok()
}

fn key_id(attributes: &[u8]) -> Option<Vec<u8>> {
    let mut attributes = Der(attributes);
    while let Some(mut attribute) = attributes.sequence() {
        if attribute.oid()? == LOCAL_KEY_ID {
            return Der(attribute.tagged(0x31)?).tagged(0x04).map(<[u8]>::to_vec);
        }
    }
    None
}

fn hash_function(oid: &[u8]) -> Option<Function> {
    Some(match oid {
        [0x2b, 0x0e, 0x03, 0x02, 0x1a] => Function::Sha1,
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01] => Function::Sha256,
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02] => Function::Sha384,
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03] => Function::Sha512,
        _ => return None,
    })
}

fn keyed_function(oid: &[u8]) -> Option<Function> {
    Some(match oid {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x07] => Function::Sha1,
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09] => Function::Sha256,
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0a] => Function::Sha384,
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x0b] => Function::Sha512,
        _ => return None,
    })
}

/// PBKDF2 (RFC 8018, 5.2).
fn pbkdf2(function: Function, password: &[u8], salt: &[u8], rounds: u64, length: usize) -> Vec<u8> {
    let mut key = Vec::new();
    let mut block = 1u32;
    while key.len() < length {
        let mut seed = salt.to_vec();
        seed.extend_from_slice(&block.to_be_bytes());
        let mut last = function.keyed(password, &seed);
        let mut sum = last.clone();
        for _ in 1..rounds {
            last = function.keyed(password, &last);
            sum.iter_mut().zip(&last).for_each(|(a, b)| *a ^= b);
        }
        key.extend_from_slice(&sum);
        block += 1;
    }
    key.truncate(length);
    key
}

/// The key derivation of PKCS #12 (RFC 7292, appendix B.2); `purpose` is 1 for keys, 2 for vectors, 3 for the MAC.
fn derive(function: Function, password: &str, salt: &[u8], rounds: u64, purpose: u8, length: usize) -> Vec<u8> {
    let block = function.block();
    // The password as UTF-16 with its closing zero.
    let password: Vec<u8> = password.encode_utf16().chain([0]).flat_map(u16::to_be_bytes).collect();
    let fill = |text: &[u8]| -> Vec<u8> {
        text.iter()
            .copied()
            .cycle()
            .take(if text.is_empty() { 0 } else { text.len().next_multiple_of(block) })
            .collect()
    };
    let mut input = fill(salt);
    input.extend(fill(&password));
    let mut key = Vec::new();
    while key.len() < length {
        let mut hash = vec![purpose; block];
        hash.extend_from_slice(&input);
        for _ in 0..rounds.max(1) {
            hash = function.hash(&hash);
        }
        key.extend_from_slice(&hash);
        let addend: Vec<u8> = hash.iter().copied().cycle().take(block).collect();
        for part in input.chunks_exact_mut(block) {
            // part = part + addend + 1, as numbers of a block's length.
            let mut carry = 1;
            for (digit, more) in part.iter_mut().zip(&addend).rev() {
                let sum = u16::from(*digit) + u16::from(*more) + carry;
                *digit = sum as u8;
                carry = sum >> 8;
            }
        }
    }
    key.truncate(length);
    key
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::super::certificate;

    // Made by OpenSSL for these tests: PBES2 with AES-256, and the older 3DES with RC2.
    const PBES2: &str = "\
        MIIEOQIBAzCCA/AGCSqGSIb3DQEHAaCCA+EEggPdMIID2TCCApEGCSqGSIb3DQEHBqCCAoIwggJ+AgEAMIICdwYJKoZIhvcNAQcB\
        MFYGCSqGSIb3DQEFDTBJMCgGCSqGSIb3DQEFDDAbBAgZu9FqXaHrsAIBZDAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQkyQf\
        E5siyBypvN4W6mvX3oCCAhC5wqRBwtRzoferaFzjEiQlVL2BeMElMaiz63AgvaZWi5f+iNsGwTY51PDhAdPVB3jDPhgPKp8rzWYy\
        hDpTDgsX1/zYhuoU09IgQVSm8oxO0Wq6scJifQKLt9iizkAcLnp2l8aHcQq/N/8fthu8uWSiL+CFjyEe+4fumRsfopW1POU/ROhM\
        LWbW5wImu5Skt6s2EiFN0xFthyPAKS9WBwlorAAEeu86j+P8BeAlcW2GJe+w5bDSqhTBAoYdJG4EwDmKL6yQ9WWBsJgdAn7W9vpF\
        nbN4hwk+ZLMjkmqAGULioqh6f6cjJjd/szRxNga+yr2iKuEwRRi2wtLWcHFxBNn7FWqIVcDlc/9Fieq5pMyT21q/X2r2SBRSrGwe\
        41BfLxp2kjaNAZ2VV44IMnv6OBW4dr4yMvIjJI6nBDaDBJHpmQwLvW7l+GsjwvEd86yhB8f6NHAGpusJReiKaQwooXNLsPhipsat\
        NbUxGO0XRUyHql+Ysdx1Uzn8QkRR7xps6bV86nHQYJmVOpZupQsWidX1n4sCLAUCRZ7V7la+Ra1+J7/CqdDhEHJ+qV3DrdwHdt9B\
        P+US7VfYtzFKS9XZOFs7vLnAfIpcQ17pZJlBloFlmRAk16BoTMa5DfsM3/gYupvUB5gkBzsQsMEf1LKhWBnbPK6g4bAdfKgGanU0\
        SE3nO1f4XfFthBt2pXy4v29HI5MwggFABgkqhkiG9w0BBwGgggExBIIBLTCCASkwggElBgsqhkiG9w0BDAoBAqCB7jCB6zBWBgkq\
        hkiG9w0BBQ0wSTAoBgkqhkiG9w0BBQwwGwQISDM+mcY9BIoCAWQwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECAqGdGV821x\
        Dt+T28NA/LwEgZCz01MzM6gdtIYjOoaQzHsgCV4bmc3X9YL23SV0hlxHNmc6HIGhzYjNcM8TrJF1aKQvZPrezlD0jZVa8KOQ7Tx9\
        /MWI3dm+L05r2hwn0JcL+8fejX5iGUJhxg9jrVmKcgPRzyRxH8ScGLYAJ1xVCXzj+8/fe6BpvZLk0G61HcfA9bIexvQoEvf2Frg8\
        NkpiUX4xJTAjBgkqhkiG9w0BCRUxFgQULAXTVgZOiMFrSvVWVf0ZV0Ll0/QwQDAxMA0GCWCGSAFlAwQCAQUABCDWvRkCeozH5/n1\
        NYGpzAo++lCMryNNKEx9h8cG4+voKAQISRwaBmLuuvQCAWQ=\
        ";
    const OLD: &str = "\
        MIIDpwIBAzCCA24GCSqGSIb3DQEHAaCCA18EggNbMIIDVzCCAk4GCSqGSIb3DQEHBqCCAj8wggI7AgEAMIICNAYJKoZIhvcNAQcB\
        MBsGCiqGSIb3DQEMAQYwDQQInXi9aZtgpHICAWSAggIIwW31Vn5B7pc00rWTQ0+MXG0JUM/SM/DiI3/Zg/oHEjnRHMnTOjvq1QU4\
        8a9hDkr2c83tim1ucyxodxy9Ka0PrDpT5PaFeXBKDnK/HJb9/V6lkK4WkVFsif3QPVbDdDjaJD3cE4mMQfCXQBALJ0U9H7dQyB2W\
        vLD7MR1NpVOw92hc0YsErawVESol7b3+roxvW/82rwVLwFrCqs2jOgBcKeuBJeYHygDHpT2JQa0APb/44XjnY2zRILyzlOjXbeZP\
        HEMqU0Mi5zisCz8lNAfknslMFbKXgjQbJegITYrgLca6SvvdXfcL0ub7njNyLixqRKI3jNjkDWSq64RcL/KvEc7cuMAjyJVKlh4X\
        ToBKJYiL7Ze3AVPwFBLZMYX2rex+1B+DK57K2XUd6HJ9ZDAjQbQv3fFuiq6e/3KY77KZ1H97R4Q+T36shFr1WxPFNi35QVcco995\
        LJMztRE/sJxc0bgbS1aL9xNN5d7Bil6Sou2JoQblvgBTawjuVpWJxXXM24Je7lnu35ih9B2P0/2Jz4K5BIX613Mk70Td6LFBHOI7\
        ldqu8WPGObWgRMOLB4pqJiDb3dO4UUdRY1KomqSbE7niAoKxAey5cisrhIH0i3duJHz+ogZbFnVpRTjQiFR3LOUg/jquBR1idMIg\
        5pUaVeJ4RMbJlzQdSBP8zqeqVEFUuihnitOT+DCCAQEGCSqGSIb3DQEHAaCB8wSB8DCB7TCB6gYLKoZIhvcNAQwKAQKggbMwgbAw\
        GwYKKoZIhvcNAQwBAzANBAjJbbuy2nPFZAIBZASBkLVJL8yd1fdXRVvefO+o/sLdgN1yTLHUj5+r8NGo6Qc3zWe5AuVhSzmpDpsw\
        k2AjSkiqbe1vI1qFsaHzO5Vl/xasCr4He8+F9uQIWlWO6I6X/hUZ75zzOkNQvNlLeQBX+2YnkXc5gluC8I2J6XS+b1gRHW5J73IC\
        npH0n13o25x99Mqm5HSDhoT2Ux5aZ96K9jElMCMGCSqGSIb3DQEJFTEWBBQsBdNWBk6IwWtK9VZV/RlXQuXT9DAwMCEwCQYFKw4D\
        AhoFAAQUhjcYRWLSs5jhwC36L+nZYi/7Q+QECEHxmZ58G4hJAgFk\
        ";

    fn bytes(text: &str) -> Vec<u8> {
        base64::engine::general_purpose::STANDARD.decode(text).unwrap()
    }

    #[test]
    fn certificates_and_keys_are_decrypted() {
        for file in [PBES2, OLD] {
            let contents = super::read(&bytes(file), "geheim").unwrap();
            assert_eq!((contents.certificates.len(), contents.keys.len()), (1, 1));
            let certificate = certificate::read(&bytes(file), "geheim").unwrap();
            assert_eq!(certificate.subject, "CN=t, O=\"A, B\", C=NL");
            assert!(certificate.has_private && certificate.private.is_none(), "the key is none of RSA");
        }
    }

    #[test]
    fn a_wrong_password_or_a_damaged_file_is_refused() {
        for file in [PBES2, OLD] {
            let good = bytes(file);
            assert!(super::read(&good, "falsch").is_none());
            for at in 0..good.len() {
                let mut damaged = good.clone();
                damaged[at] ^= 0x41;
                let _ = super::read(&damaged, "geheim");
                let _ = super::read(&good[..at], "geheim");
            }
        }
    }
}
