//! Every signature of the class library is used by some recorded row, so that none is only declared.

#![expect(clippy::expect_used, reason = "what stands in the way of a test fails it")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use policy_testkit::evaluate::{Members, compile};
use policy_vm::library::{self, MemberKind, NativeFn, TypeDefKind};
use serde_json::Value as Json;

/// Types whose operators and conversions are instructions, so that no call shows their use.
const ARITHMETIC: [&str; 5] = ["System.Decimal", "System.Double", "System.Single", "System.String", "System.Nullable"];

/// Members without a row: those that are instructions, and those that .NET 8 or its `context` cannot answer for.
const WITHOUT_ROW: [(&str, &str); 14] = [
    ("System.Array", "int Length { get; }"),
    ("System.Nullable", "bool HasValue { get; }"),
    ("System.Nullable", "T Value { get; }"),
    // Constants of the language, written into the program.
    ("System.Decimal", "static decimal Zero { get; }"),
    ("System.Decimal", "static decimal One { get; }"),
    ("System.Decimal", "static decimal MinusOne { get; }"),
    ("System.Decimal", "static decimal MaxValue { get; }"),
    ("System.Decimal", "static decimal MinValue { get; }"),
    // .NET 8 has no default algorithm any more, .NET Framework had SHA-1.
    ("System.Security.Cryptography.HashAlgorithm", "static HashAlgorithm Create()"),
    // .NET has it on Windows only.
    ("System.Security.Cryptography.RSACng", "RSACng()"),
    ("System.Security.Cryptography.RSACng", "RSACng(int keySize)"),
    // Made by a policy, never by an expression.
    ("ApiManagement.Authorization", "string AccessToken { get; }"),
    ("ApiManagement.Authorization", "IReadOnlyDictionary<string, object> Claims { get; }"),
    // The `context` that answers were recorded with has the other `Trace` only.
    ("ApiManagement.IContext", "void Trace(string source, object data)"),
];

fn rows() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy-vm/tests/goldens");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).expect("goldens").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let text = |file: PathBuf| std::fs::read_to_string(file).expect("a readable file");
    let lines: Vec<String> = files.into_iter().map(text).collect();
    let row = |line: &str| serde_json::from_str::<Json>(line).ok()?.get("expr")?.as_str().map(str::to_owned);
    lines.iter().flat_map(|text| text.lines()).filter_map(row).collect()
}

fn key(signature: &'static str, run: NativeFn) -> (&'static str, usize) {
    (signature, run as usize)
}

#[test]
fn every_signature_is_in_a_row() {
    let rows = rows();
    let mut used: HashSet<(&'static str, usize)> = HashSet::new();
    for row in &rows {
        if let Ok(expression) = compile(Members::All, row) {
            used.extend(expression.members().map(|(signature, run)| key(signature, run)));
        }
    }
    let mut words: HashMap<&str, usize> = HashMap::new();
    for row in &rows {
        for word in row.split(|c: char| !c.is_alphanumeric() && c != '_') {
            *words.entry(word).or_default() += 1;
        }
    }
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, def) in library::get().defs() {
        if def.decl.kind == TypeDefKind::Delegate {
            continue;
        }
        for member in def.members() {
            let operator = matches!(
                member.kind,
                MemberKind::Operator | MemberKind::ImplicitConversion | MemberKind::ExplicitConversion
            );
            if operator && ARITHMETIC.contains(&def.full_name())
                || WITHOUT_ROW.contains(&(def.full_name(), member.text))
            {
                continue;
            }
            let folded = member.constant.is_some() || matches!(member.intrinsic, library::Intrinsic::View(_));
            let gets =
                if folded { words.contains_key(member.name) } else { used.contains(&key(member.text, member.run)) };
            if !gets {
                missing.entry(def.full_name().to_owned()).or_default().push(member.text.to_owned());
            }
            if let Some(set) = member.set
                && !used.contains(&key(member.text, set))
            {
                missing.entry(def.full_name().to_owned()).or_default().push(format!("set {}", member.text));
            }
        }
    }
    let count: usize = missing.values().map(Vec::len).sum();
    let list: Vec<String> =
        missing.iter().flat_map(|(ty, all)| all.iter().map(move |m| format!("{ty}\t{m}"))).collect();
    assert!(missing.is_empty(), "{count} signatures are in no row\n{}", list.join("\n"));
}
