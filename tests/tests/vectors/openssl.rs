//! Compares our verdicts on `sect*k1` keys and signatures with those of the `openssl` command:
//! random keys and messages, valid and damaged signatures. The test prints a line and is skipped if
//! the command is missing or lacks the curves.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ipv8_core::crypto::PublicKey;
use ipv8_core::internals::crypto::{LegacyPrivateKey, signature_length};
use ipv8_tests::vectors::{hex, unhex};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// The curves and the order of their generators (SEC 2).
const CURVES: [(&str, &str); 4] = [
    ("sect163k1", "04000000000000000000020108a2e0cc0d99f8a5ef"),
    (
        "sect233k1",
        "8000000000000000000000000000069d5bb915bcd46efb1ad5f173abdf",
    ),
    (
        "sect409k1",
        "7ffffffffffffffffffffffffffffffffffffffffffffffffffe5f83b2d4ea20400ec4557d5ed3e3e7ca5b4b5c83b8e01e5fcf",
    ),
    (
        "sect571k1",
        "020000000000000000000000000000000000000000000000000000000000000000000000131850e1f19a63e4b391a8db917f4138b630\
         d84be5d639381e91deb45cfe778f637c1001",
    ),
];

const SIGNATURES_PER_KEY: usize = 3;

/// Runs openssl in a folder. Returns its output, or `None` if it failed.
fn openssl(folder: &Path, arguments: &[&str]) -> Option<Vec<u8>> {
    let mut command = Command::new("openssl");
    let output = command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then_some(output.stdout)
}

/// A key pair that openssl made, in files of a folder.
struct Pair {
    folder: PathBuf,
    curve: &'static str,
    order: Vec<u8>,
    public_der: Vec<u8>,
    public: PublicKey,
}

impl Pair {
    /// Makes a key whose point is written in `form` (OpenSSL's names). Checks that we read the
    /// public and the private key like openssl.
    fn new(folder: &Path, (curve, order): (&'static str, &str), form: &str) -> Self {
        let folder = folder.join(format!("{curve}-{form}"));
        std::fs::create_dir(&folder).unwrap();
        let run = |arguments: &[&str]| {
            openssl(&folder, arguments).unwrap_or_else(|| panic!("openssl {arguments:?}"))
        };
        run(&[
            "ecparam", "-name", curve, "-genkey", "-noout", "-out", "key.pem",
        ]);
        run(&[
            "ec",
            "-in",
            "key.pem",
            "-pubout",
            "-conv_form",
            form,
            "-outform",
            "DER",
            "-out",
            "public.der",
        ]);
        let public_der = std::fs::read(folder.join("public.der")).unwrap();
        let public = PublicKey::from_bytes(&public_der).unwrap();
        assert_eq!(hex(public.as_bytes()), hex(&public_der));
        let private_der = run(&[
            "ec",
            "-in",
            "key.pem",
            "-conv_form",
            form,
            "-outform",
            "DER",
        ]);
        let bare_der = run(&["ec", "-in", "key.pem", "-no_public", "-outform", "DER"]);
        let pem = run(&["ec", "-in", "key.pem", "-conv_form", form, "-pubout"]);
        assert_eq!(PublicKey::from_pem(&pem).unwrap(), public);
        let private = LegacyPrivateKey::from_bytes(&private_der).unwrap();
        assert_eq!(*private.public_key(), public);
        assert_eq!(hex(&private.to_bytes()), hex(&private_der));
        let bare = LegacyPrivateKey::from_bytes(&bare_der).unwrap();
        assert_eq!(hex(&bare.to_bytes()), hex(&bare_der));
        if form == "uncompressed" {
            assert_eq!(*bare.public_key(), public);
        }
        Self {
            folder,
            curve,
            order: unhex(order),
            public_der,
            public,
        }
    }

    /// Returns the length of r and of s, in bytes.
    fn half(&self) -> usize {
        signature_length(&self.public) / 2
    }

    /// Signs with openssl. Returns padded r and s.
    fn sign(&self, message: &[u8]) -> Vec<u8> {
        std::fs::write(self.folder.join("message"), message).unwrap();
        let der = openssl(
            &self.folder,
            &["dgst", "-sha1", "-sign", "key.pem", "message"],
        )
        .unwrap();
        let (r, s) = read_der_signature(&der);
        [pad(r, self.half()), pad(s, self.half())].concat()
    }

    fn openssl_verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        std::fs::write(self.folder.join("message"), message).unwrap();
        let (r, s) = signature.split_at(self.half());
        std::fs::write(self.folder.join("signature"), write_der_signature(r, s)).unwrap();
        let arguments = "dgst -sha1 -verify public.der -keyform DER -signature signature message";
        openssl(&self.folder, &arguments.split(' ').collect::<Vec<_>>()).is_some()
    }

    /// Checks that both verdicts are equal, and returns the verdict.
    fn judge(&self, message: &[u8], signature: &[u8]) -> bool {
        let ours = self.public.verify(message, signature);
        let theirs = self.openssl_verifies(message, signature);
        assert_eq!(
            ours,
            theirs,
            "{} key {} message {} signature {}",
            self.curve,
            hex(&self.public_der),
            hex(message),
            hex(signature)
        );
        ours
    }

    /// Judges valid and damaged signatures. Returns the number of valid ones and the total.
    fn judge_signatures(&self, rng: &mut StdRng) -> (usize, usize) {
        let mut verdicts = Vec::new();
        for _ in 0..SIGNATURES_PER_KEY {
            let mut message = vec![0; rng.random_range(0..300)];
            rng.fill(&mut message[..]);
            let signature = self.sign(&message);
            let (r, s) = signature.split_at(self.half());
            verdicts.push(self.judge(&message, &signature));
            let negated = [r, &pad(&subtract(&self.order, s), self.half())].concat();
            verdicts.push(self.judge(&message, &negated));
            for damaged in [
                [s, r].concat(),
                [&add(r, &self.order), s].concat(),
                [r, &add(s, &self.order)].concat(),
                [r, &vec![0; s.len()]].concat(),
                [r, &pad(&self.order, s.len())].concat(),
            ] {
                verdicts.push(self.judge(&message, &damaged));
            }
            for _ in 0..3 {
                let mut damaged = signature.clone();
                damaged[rng.random_range(0..signature.len())] ^= 1 << rng.random_range(0..8);
                verdicts.push(self.judge(&message, &damaged));
            }
            message.push(b'!');
            verdicts.push(self.judge(&message, &signature));
        }
        (
            verdicts.iter().filter(|valid| **valid).count(),
            verdicts.len(),
        )
    }

    /// Changes one bit of the public key's point. Both sides must agree whether it is still a key.
    fn judge_damaged_keys(&self, rng: &mut StdRng) {
        let point = self.public_der.len() - self.half();
        for _ in 0..6 {
            let mut damaged = self.public_der.clone();
            damaged[rng.random_range(point..self.public_der.len())] ^= 1 << rng.random_range(0..8);
            std::fs::write(self.folder.join("damaged.der"), &damaged).unwrap();
            let arguments = "pkey -pubin -inform DER -in damaged.der -noout";
            let theirs = openssl(&self.folder, &arguments.split(' ').collect::<Vec<_>>()).is_some();
            assert_eq!(
                PublicKey::from_bytes(&damaged).is_ok(),
                theirs,
                "{} {}",
                self.curve,
                hex(&damaged)
            );
        }
    }
}

/// Returns both integers of SEQ { INTEGER, INTEGER }.
fn read_der_signature(der: &[u8]) -> (&[u8], &[u8]) {
    let start = if der[1] > 0x80 { 3 } else { 2 };
    let length = usize::from(der[start + 1]);
    let (r, s) = der[start + 2..].split_at(length);
    (r, &s[2..])
}

fn write_der_signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    let content = [write_der_integer(r), write_der_integer(s)].concat();
    let head: &[u8] = if content.len() > 127 {
        &[0x30, 0x81]
    } else {
        &[0x30]
    };
    [head, &[content.len() as u8], &content].concat()
}

fn write_der_integer(number: &[u8]) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    let mut content = number[zeros..].to_vec();
    if content.first().is_none_or(|byte| *byte >= 0x80) {
        content.insert(0, 0);
    }
    [&[0x02, content.len() as u8], &content[..]].concat()
}

/// Returns the number in `length` bytes. Panics if a cut byte is not zero.
fn pad(number: &[u8], length: usize) -> Vec<u8> {
    let cut = number.len().saturating_sub(length);
    assert!(number[..cut].iter().all(|byte| *byte == 0));
    let mut padded = vec![0; length - (number.len() - cut)];
    padded.extend_from_slice(&number[cut..]);
    padded
}

/// Returns a + b in the length of a, without the overflow.
fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut sum = a.to_vec();
    let mut carry = 0;
    for (byte, other) in sum
        .iter_mut()
        .rev()
        .zip(b.iter().rev().chain(std::iter::repeat(&0)))
    {
        let total = u16::from(*byte) + u16::from(*other) + carry;
        (*byte, carry) = (total as u8, total >> 8);
    }
    sum
}

/// Returns a - b in the length of the longer number.
fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let length = a.len().max(b.len());
    let complement: Vec<u8> = pad(b, length).iter().map(|byte| !byte).collect();
    add(&add(&pad(a, length), &complement), &[1])
}

fn missing_curve() -> Option<&'static str> {
    let listed = openssl(Path::new("."), &["ecparam", "-list_curves"]).unwrap_or_default();
    let listed = String::from_utf8_lossy(&listed).into_owned();
    CURVES
        .iter()
        .map(|(curve, _)| *curve)
        .find(|curve| !listed.contains(curve))
}

#[test]
fn verdicts_agree_with_openssl() {
    if let Some(curve) = missing_curve() {
        println!("skipped: there is no openssl command that knows {curve}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        for (index, curve) in CURVES.into_iter().enumerate() {
            let folder = folder.path();
            scope.spawn(move || {
                let mut rng = StdRng::seed_from_u64(index as u64);
                for form in ["uncompressed", "compressed", "hybrid"] {
                    let pair = Pair::new(folder, curve, form);
                    pair.judge_damaged_keys(&mut rng);
                    let (valid, judged) = pair.judge_signatures(&mut rng);
                    println!(
                        "{} {form}: {judged} signatures judged alike, {valid} of them valid",
                        curve.0
                    );
                    assert!(valid >= 2 * SIGNATURES_PER_KEY && judged > valid);
                }
            });
        }
    });
}
