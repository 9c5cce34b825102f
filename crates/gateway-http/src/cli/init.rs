//! `tollgate init`: a small service folder to start from.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::output;

/// Writes a small service folder to start from: one API, a product, a subscription, and settings with comments.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// The folder; it is made when it is not there.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

const HELP: &str = "\
Nothing is overwritten: when one of the files is there already, none is written.

Exit status: 0 the folder is there, 2 it could not be written.";

/// What is written.
const FILES: &[(&str, &str)] = &[
    (".gitignore", include_str!("init/gitignore")),
    ("tollgate.toml", include_str!("init/tollgate.toml")),
    ("policy.xml", include_str!("init/policy.xml")),
    ("apis/hello/apiInformation.json", include_str!("init/apis/hello/apiInformation.json")),
    ("apis/hello/policy.xml", include_str!("init/apis/hello/policy.xml")),
    ("apis/hello/specification.yaml", include_str!("init/apis/hello/specification.yaml")),
    ("apis/hello/operations/greet/policy.xml", include_str!("init/apis/hello/operations/greet/policy.xml")),
    (
        "namedValues/greeting/namedValueInformation.json",
        include_str!("init/namedValues/greeting/namedValueInformation.json"),
    ),
    ("products/starter/apis.json", include_str!("init/products/starter/apis.json")),
    ("products/starter/policy.xml", include_str!("init/products/starter/policy.xml")),
    ("products/starter/productInformation.json", include_str!("init/products/starter/productInformation.json")),
    (
        "subscriptions/me/subscriptionInformation.json",
        include_str!("init/subscriptions/me/subscriptionInformation.json"),
    ),
];

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let folder = &arguments.folder;
    if folder.exists() && !folder.is_dir() {
        bail!("`{}` is there already, and no folder: nothing was written", folder.display());
    }
    let there = FILES.iter().map(|(name, _)| folder.join(name)).find(|file| file.symlink_metadata().is_ok());
    if let Some(file) = there {
        bail!("`{}` is there already: nothing was written", file.display());
    }
    for (name, text) in FILES {
        put(&folder.join(name), text)?;
    }
    let mut told = format!("{} files in `{}`. Serve them:\n\n", FILES.len(), folder.display());
    told.push_str(&format!("  tollgate serve {}\n\n", folder.display()));
    told.push_str("It makes up a key for subscription `me` and shows it once. With that key:\n\n");
    told.push_str("  curl localhost:8080/hello/world -H 'Ocp-Apim-Subscription-Key: KEY'\n");
    output::print(&told)?;
    Ok(ExitCode::SUCCESS)
}

fn put(file: &Path, text: &str) -> anyhow::Result<()> {
    let name = || format!("`{}`", file.display());
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).with_context(name)?;
    }
    std::fs::write(file, text).with_context(name)
}
