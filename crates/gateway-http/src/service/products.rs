//! Products and the APIs they contain. The link is written in several ways; all are read and united.

use policy_vm::Scope;
use policy_vm::exchange::Group;

use super::Product;
use super::apis::{LoadedApi, split_revision};
use super::groups::Groups;
use super::loader::{Loaded, Loader};
use super::resources::{Link, LinkInformation, ProductInformation, last_name};
use super::tree::Entry;
use crate::data::{Place, parse_json, read};

pub(super) fn load(loader: &mut Loader<'_>, groups: &Groups, apis: &[LoadedApi], products: &mut Vec<Product>) {
    for entry in loader.folder.resources("products") {
        let over = loader.over("products", &entry.name);
        let loaded = loader.resource(&entry, &["productInformation.json"], "products");
        let Some(Loaded { properties, value: information }): Option<Loaded<ProductInformation>> = loaded else {
            continue;
        };
        let (_, policy) = loader.policy(entry.folder, over, Scope::Product);
        let group = |(name, _): (String, Place)| Group {
            name: groups.get(&name.to_ascii_lowercase()).unwrap_or(&name).clone(),
            id: name,
        };
        let product = Product {
            name: information.display_name.unwrap_or_else(|| entry.name.clone()),
            approval_required: information.approval_required.unwrap_or(false),
            subscription_required: information.subscription_required.unwrap_or(true),
            published: information.state.is_some_and(|state| state.eq_ignore_ascii_case("published")),
            subscriptions_limit: information.subscriptions_limit,
            groups: links(loader, &entry, "groups").into_iter().map(group).collect(),
            apis: linked_apis(loader, &entry, apis),
            policy,
            id: entry.name,
            workspace: loader.workspace.clone(),
        };
        if !product.subscription_required {
            let shared = |other: &&Product| {
                !other.subscription_required && other.apis.iter().any(|api| product.apis.contains(api))
            };
            if let Some(other) = products.iter().find(shared) {
                let text = format!("an API is in two open products, `{}` and `{}`", other.id, product.id);
                loader.problems.error("TG8061", &properties.place_of("subscriptionRequired"), text);
            }
        }
        products.push(product);
    }
}

/// The names in `products/{p}/{kind}/{name}/` and in `products/{p}/{kind}.json`, with where they stand.
fn links(loader: &mut Loader<'_>, product: &Entry<'_>, kind: &str) -> Vec<(String, Place)> {
    let mut names = Vec::new();
    for link in product.folder.resources(kind) {
        names.push(folder_link(loader, &link));
    }
    if let Some(file) = product.folder.file(&format!("{kind}.json")) {
        file.mark();
        let source = loader.problems.read(&file.path);
        let node = source.and_then(|source| parse_json(&source, &mut loader.problems.found));
        for item in node.iter().flat_map(|node| node.items()) {
            let link: Option<Link> = read(item, "TG8003", &mut loader.problems.found);
            names.extend(link.map(|link| (link.name().to_owned(), item.opening())));
        }
    }
    names.sort_by(|(a, _), (b, _)| a.cmp(b));
    names.dedup_by(|(a, _), (b, _)| a.eq_ignore_ascii_case(b));
    names
}

/// The folder's name, or in workspaces, whose links have names of their own, the id in its file.
fn folder_link(loader: &mut Loader<'_>, link: &Entry<'_>) -> (String, Place) {
    let mut found = (link.name.clone(), link.folder.place());
    for (name, file) in &link.folder.files {
        if !name.ends_with(".json") {
            continue;
        }
        file.mark();
        let Some(source) = loader.problems.read(&file.path) else { continue };
        found.1 = Place::start_of(&source);
        let Some(node) = parse_json(&source, &mut loader.problems.found) else { continue };
        let properties = node.get("properties").unwrap_or(&node);
        let information: Option<LinkInformation> = read(properties, "TG8003", &mut loader.problems.found);
        let id = information.and_then(|information| information.api_id.or(information.group_id));
        if let Some(id) = id {
            last_name(&id).clone_into(&mut found.0);
        }
    }
    found
}

fn linked_apis(loader: &mut Loader<'_>, product: &Entry<'_>, apis: &[LoadedApi]) -> Vec<usize> {
    let mut numbers = Vec::new();
    for (name, place) in links(loader, product, "apis") {
        let name = last_name(&name);
        // Revisions of an API are in the product with it.
        let before = numbers.len();
        let is_it = |loaded: &LoadedApi| {
            loaded.api.workspace == loader.workspace && split_revision(&loaded.api.id).0.eq_ignore_ascii_case(name)
        };
        numbers.extend(apis.iter().enumerate().filter_map(|(number, loaded)| is_it(loaded).then_some(number)));
        if numbers.len() == before && !loader.is_broken("apis", name) {
            let text = format!("product `{}` contains an API `{name}` that is not in the folder", product.name);
            loader.problems.warning("TG8060", &place, text);
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
