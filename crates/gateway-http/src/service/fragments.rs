//! Policy fragments: `policy.xml` beside the description, or the text inside it.

use super::embedded::Embedded;
use super::loader::Loader;
use super::resources::Anything;

pub(super) fn load(loader: &mut Loader<'_>) {
    for entry in loader.folder.resources("policyFragments") {
        let over = loader.over("policyFragments", &entry.name);
        let in_file = loader.policy_source(entry.folder, over);
        let names = &["policyFragmentInformation.json"];
        // Beside a text the description is not needed.
        let described = in_file.is_none() || entry.folder.file("policyFragmentInformation.json").is_some();
        let properties = described.then(|| loader.resource::<Anything>(&entry, names, "policyFragments")).flatten();
        let value = properties.as_ref().and_then(|loaded| loaded.properties.get("value"));
        // What the overrides say wins over the file.
        let is_override = over.is_some_and(|item| item.at(&["properties", "value"]).is_some());
        let embedded = value.filter(|_| in_file.is_none() || is_override).and_then(Embedded::new);
        let source = match embedded {
            Some(embedded) => Some(loader.problems.embed(embedded)),
            None => in_file,
        };
        match source {
            Some(source) => {
                loader.environment.fragments.insert(entry.name, source);
            }
            None => {
                let text = format!("fragment `{}` has no text", entry.name);
                loader.problems.error("TG8011", &entry.folder.place(), text);
            }
        }
    }
}
