//! Products and the APIs they contain. The link is written in three ways; all are read and united.

use std::sync::Arc;

use policy_parser::Source;
use policy_vm::Scope;
use policy_vm::exchange::Group;

use super::Product;
use super::apis::LoadedApi;
use super::folder::{Entry, Loader};
use super::resources::{Link, ProductInformation, last_name};

pub(super) fn load(loader: &mut Loader<'_>, apis: &[LoadedApi]) -> Vec<Product> {
    let mut products: Vec<Product> = Vec::new();
    for entry in loader.entries(loader.root, "products") {
        let file = entry.path.join("productInformation.json");
        let Some((source, information)) = loader.resource::<ProductInformation>(&file) else { continue };
        let (_, policy) = loader.policy(&entry.path.join("policy.xml"), Scope::Product);
        let product = Product {
            name: information.display_name.unwrap_or_else(|| entry.name.clone()),
            approval_required: information.approval_required.unwrap_or(false),
            subscription_required: information.subscription_required.unwrap_or(true),
            published: information.state.is_some_and(|state| state.eq_ignore_ascii_case("published")),
            subscriptions_limit: information.subscriptions_limit,
            groups: links(loader, &entry, "groups").into_iter().map(group).collect(),
            apis: linked_apis(loader, &entry, &source, apis),
            policy,
            id: entry.name,
        };
        if !product.subscription_required {
            let shared = |other: &&Product| {
                !other.subscription_required && other.apis.iter().any(|api| product.apis.contains(api))
            };
            if let Some(other) = products.iter().find(shared) {
                let text = format!("an API is in two open products, `{}` and `{}`", other.id, product.id);
                loader.problems.error("TG8061", &source, "\"subscriptionRequired\"", text);
            }
        }
        products.push(product);
    }
    products
}

fn group(name: String) -> Group {
    Group { id: name.clone(), name }
}

/// The names in `products/{p}/{kind}/{name}/` and in `products/{p}/{kind}.json`.
fn links(loader: &mut Loader<'_>, product: &Entry, kind: &str) -> Vec<String> {
    let mut names: Vec<String> = loader.entries(&product.path, kind).map(|entry| entry.name).collect();
    let file = product.path.join(format!("{kind}.json"));
    if let Some(source) = loader.problems.read(&file)
        && let Some(list) = loader.problems.json::<Vec<Link>>(&source)
    {
        names.extend(list.iter().map(|link| link.name().to_owned()));
    }
    names.sort();
    names.dedup();
    names
}

fn linked_apis(loader: &mut Loader<'_>, product: &Entry, source: &Arc<Source>, apis: &[LoadedApi]) -> Vec<usize> {
    let mut numbers = Vec::new();
    for name in links(loader, product, "apis") {
        let name = last_name(&name);
        // Revisions of an API are in the product with it.
        let before = numbers.len();
        numbers.extend(apis.iter().enumerate().filter_map(|(number, loaded)| {
            let id = loaded.api.id.split(";rev=").next().unwrap_or_default();
            id.eq_ignore_ascii_case(name).then_some(number)
        }));
        if numbers.len() == before {
            let text = format!("product `{}` contains an API `{name}` that does not exist", product.name);
            loader.problems.error("TG8060", source, "", text);
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}
