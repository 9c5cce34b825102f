//! The `context` object, its parts, and the extension methods that come with it.
//!
//! A part is a [`Value::View`]: it names data of the exchange and copies nothing. Parts that are never null are declared
//! with `view`, so that the compiler can put them into the instruction that uses them.

mod api;
mod authorization;
mod basic;
mod body;
mod context;
mod deployment;
mod dictionaries;
mod dictionary_extensions;
mod header_names;
mod jwt;
mod last_error;
mod operation;
mod product;
mod request;
mod response;
mod string_extensions;
mod subscription;
mod texts;
mod url;
mod user;

use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::TypeDef;
use crate::types::{self, Known, Type, TypeId};
use crate::value::text::TextBuf;
use crate::value::{Part, Value, View};

pub use authorization::new_authorization;
pub use dictionaries::{
    contains as view_contains, entries as view_entries, entry as view_entry, get as view_get, iterate_view,
    len as view_count, variable as view_variable,
};
pub use jwt::parse_jwt;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[
    &context::TYPE,
    &api::TYPE,
    &api::CONTEXT_API,
    &api::KEY_NAMES,
    &deployment::BACKEND,
    &deployment::BACKEND_TYPE,
    &deployment::TYPE,
    &deployment::GATEWAY,
    &deployment::SUSTAINABILITY,
    &deployment::CARBON,
    &context::GRAPH_QL,
    &last_error::TYPE,
    &operation::TYPE,
    &product::TYPE,
    &product::STATE,
    &user::GROUP,
    &subscription::TYPE,
    &user::TYPE,
    &user::IDENTITY,
    &context::WORKSPACE,
    &request::TYPE,
    &request::VNET,
    &request::FOUNDRY,
    &request::ENDPOINT,
    &response::TYPE,
    &body::TYPE,
    &url::TYPE,
    &basic::TYPE,
    &jwt::TYPE,
    &authorization::TYPE,
    &dictionary_extensions::TYPE,
    &dictionary_extensions::FALLBACK,
    &string_extensions::TYPE,
];

/// The text of a body that is in memory.
pub(crate) fn body_text(
    cx: &mut crate::cx::Cx<'_>,
    part: crate::value::Part,
) -> Result<crate::value::text::Str, crate::exception::Throw> {
    body::text_of(cx, part)
}

mod known {
    use super::Known;

    pub(super) static CONTEXT: Known = Known::new("ApiManagement.IContext");
    pub(super) static API: Known = Known::new("ApiManagement.IApi");
    pub(super) static CONTEXT_API: Known = Known::new("ApiManagement.IContextApi");
    pub(super) static KEY_NAMES: Known = Known::new("ApiManagement.ISubscriptionKeyParameterNames");
    pub(super) static BACKEND: Known = Known::new("ApiManagement.IBackend");
    pub(super) static DEPLOYMENT: Known = Known::new("ApiManagement.IDeployment");
    pub(super) static GATEWAY: Known = Known::new("ApiManagement.IGateway");
    pub(super) static SUSTAINABILITY: Known = Known::new("ApiManagement.ISustainabilityInfo");
    pub(super) static GRAPH_QL: Known = Known::new("ApiManagement.IGraphQL");
    pub(super) static LAST_ERROR: Known = Known::new("ApiManagement.ILastError");
    pub(super) static OPERATION: Known = Known::new("ApiManagement.IOperation");
    pub(super) static PRODUCT: Known = Known::new("ApiManagement.IProduct");
    pub(super) static GROUP: Known = Known::new("ApiManagement.IGroup");
    pub(super) static SUBSCRIPTION: Known = Known::new("ApiManagement.ISubscription");
    pub(super) static USER: Known = Known::new("ApiManagement.IUser");
    pub(super) static IDENTITY: Known = Known::new("ApiManagement.IUserIdentity");
    pub(super) static WORKSPACE: Known = Known::new("ApiManagement.IWorkspace");
    pub(super) static REQUEST: Known = Known::new("ApiManagement.IRequest");
    pub(super) static VNET: Known = Known::new("ApiManagement.IAzureVnetInfo");
    pub(super) static FOUNDRY: Known = Known::new("ApiManagement.IFoundry");
    pub(super) static ENDPOINT: Known = Known::new("ApiManagement.IPrivateEndpointConnection");
    pub(super) static RESPONSE: Known = Known::new("ApiManagement.IResponse");
    pub(super) static BODY: Known = Known::new("ApiManagement.IMessageBody");
    pub(super) static URL: Known = Known::new("ApiManagement.IUrl");
    pub(super) static CERTIFICATE: Known = Known::new("System.Security.Cryptography.X509Certificates.X509Certificate2");
}

/// The type of a part of the context.
#[must_use]
pub fn type_of_part(part: Part) -> TypeId {
    let known = match part {
        Part::Context => &known::CONTEXT,
        Part::Api => &known::CONTEXT_API,
        Part::ProductApi => &known::API,
        Part::ApiServiceUrl | Part::ProductApiServiceUrl | Part::RequestOriginalUrl | Part::RequestUrl => &known::URL,
        Part::ApiKeyNames | Part::ProductApiKeyNames => &known::KEY_NAMES,
        Part::Backend => &known::BACKEND,
        Part::Deployment => &known::DEPLOYMENT,
        Part::Gateway => &known::GATEWAY,
        Part::SustainabilityInfo => &known::SUSTAINABILITY,
        Part::GraphQl => &known::GRAPH_QL,
        Part::LastError => &known::LAST_ERROR,
        Part::Operation => &known::OPERATION,
        Part::Product => &known::PRODUCT,
        Part::ProductGroup | Part::UserGroup => &known::GROUP,
        Part::Request => &known::REQUEST,
        Part::RequestBody | Part::ResponseBody | Part::StoredBody => &known::BODY,
        Part::RequestCertificate => &known::CERTIFICATE,
        Part::RequestPrivateEndpointConnection => &known::ENDPOINT,
        Part::RequestFoundry => &known::FOUNDRY,
        Part::RequestAzureVnetInfo => &known::VNET,
        Part::Response | Part::Stored => &known::RESPONSE,
        Part::Subscription => &known::SUBSCRIPTION,
        Part::User => &known::USER,
        Part::UserIdentity => &known::IDENTITY,
        Part::Workspace => &known::WORKSPACE,
        Part::DeploymentCertificates => return dictionaries::dictionary_of(known::CERTIFICATE.id()),
        Part::RequestMatchedParameters => return dictionaries::dictionary_of(TypeId::STRING),
        Part::Variables => return dictionaries::dictionary_of(TypeId::OBJECT),
        Part::RequestHeaders
        | Part::RequestOriginalUrlQuery
        | Part::RequestUrlQuery
        | Part::ResponseHeaders
        | Part::StoredHeaders => return dictionaries::dictionary_of(types::array_of(TypeId::STRING)),
    };
    known.id()
}

/// Appends `part.ToString()`: a URL's text, the type's name for everything else.
///
/// # Errors
/// When a budget is exhausted.
pub fn write_view(cx: &mut Cx<'_>, view: View, out: &mut TextBuf) -> Result<(), Throw> {
    match url::of(cx.call, view) {
        Some(url) => out.push_str(&url::text(url)),
        None => out.push_str(&types::net_name(type_of_part(view.part))),
    }
    Ok(())
}

/// How the collection interfaces reach a part of the context, when it is a collection.
#[must_use]
pub fn collection_of_view(view: View) -> Option<&'static super::collections::Collection> {
    match view.part {
        Part::Variables => Some(&dictionaries::VARIABLES),
        part => dictionaries::value_type(part).map(|_| &dictionaries::COLLECTION),
    }
}

/// The part that a receiver is.
fn view_arg(args: &[Value]) -> Result<View, Throw> {
    match args.first() {
        Some(Value::View(view)) => Ok(*view),
        _ => Err(fault("a part of the context was expected")),
    }
}

/// A part of its own, or null.
fn part_if(present: bool, part: Part) -> Value {
    if present { part.into() } else { Value::Null }
}

/// A part with an index.
const fn part_at(part: Part, index: u32) -> Value {
    Value::View(View { part, index })
}

/// A property that is a part of the context where there is one, else null.
macro_rules! part_or_null {
    ($signature:literal, $part:ident, $there:expr) => {
        $crate::library::property($signature, |cx, _| {
            let there: fn(&$crate::exchange::Call) -> bool = $there;
            Ok($crate::library::apim::part_if(there(cx.call), $crate::value::Part::$part))
        })
        .found_at($crate::library::Place::Part($crate::value::Part::$part))
    };
}
use part_or_null;

/// A getter whose part the compiler knows already.
macro_rules! part {
    ($part:ident) => {
        |_, _| Ok($crate::value::Value::from($crate::value::Part::$part))
    };
}
use part;

/// A property that is a text of the exchange, given by where it is found; null when what holds it is not there.
macro_rules! text {
    ($signature:literal, $find:expr) => {
        $crate::library::property($signature, |cx, args| $crate::library::apim::texts::copied(cx, args, $find))
            .asked(&[
                ($crate::library::EQUALS, |cx, args| $crate::library::apim::texts::equals(cx, args, $find)),
                ("bool StartsWith(string value)", |cx, args| {
                    $crate::library::apim::texts::starts_with(cx, args, $find)
                }),
            ])
            .found_at($crate::library::Place::Text($find))
    };
}
use text;

/// A `DateTime` from ticks in UTC.
fn utc(ticks: i64) -> Value {
    use crate::value::{DateTime, DateTimeKind};
    DateTime::new(ticks.clamp(0, DateTime::MAX_TICKS), DateTimeKind::Utc).map_or(Value::Null, Value::DateTime)
}

/// An `X509Certificate2` of these bytes, null for none.
fn certificate(cx: &mut Cx<'_>, bytes: Option<Vec<u8>>) -> Result<Value, Throw> {
    const NAME: &str = "System.Security.Cryptography.X509Certificates.X509Certificate2";
    let Some(bytes) = bytes else { return Ok(Value::Null) };
    let bytes = cx.heap.new_bytes(bytes)?;
    match super::json::convert::member(NAME, "", &[types::array_of(TypeId::BYTE)]) {
        Some(run) => run(cx, &[bytes]),
        None => Err(fault("certificates are not available")),
    }
}

/// A new `Dictionary<TKey,TValue>` of these pairs, made by the members of that class.
///
/// # Errors
/// When a budget is exhausted.
pub(super) fn new_dictionary(
    cx: &mut Cx<'_>,
    key: TypeId,
    value: TypeId,
    pairs: &[(Value, Value)],
) -> Result<Option<Value>, Throw> {
    let library = super::get();
    let ty = types::construct(TypeId::DICTIONARY, &[key, value]);
    let Type::Named { def, args } = types::get(ty) else { return Ok(None) };
    let members = library.def(*def).members();
    let create = members.iter().find(|m| m.kind == super::MemberKind::Constructor && m.params.is_empty());
    let set = members.iter().find(|m| m.kind == super::MemberKind::Indexer && m.params.len() == 1).and_then(|m| m.set);
    let (Some(create), Some(set)) = (create, set) else { return Ok(None) };
    let outer = std::mem::replace(&mut cx.type_args, args);
    let made = fill(cx, create.run, set, pairs);
    cx.type_args = outer;
    made.map(Some)
}

fn fill(
    cx: &mut Cx<'_>,
    create: super::NativeFn,
    set: super::NativeFn,
    pairs: &[(Value, Value)],
) -> Result<Value, Throw> {
    let made = create(cx, &[])?;
    for (key, value) in pairs {
        set(cx, &[made, *key, *value])?;
    }
    Ok(made)
}

/// What `dictionary.TryGetValue(key)` finds, whatever kind of dictionary it is.
///
/// # Errors
/// `ArgumentNullException` for a null key; `NullReferenceException` for a null dictionary.
pub(super) fn find_in(cx: &mut Cx<'_>, dictionary: Value, key: Value) -> Result<Option<Value>, Throw> {
    match dictionary {
        Value::Null => Err(cx.throw_default(crate::exception::Exc::NullReference)),
        Value::View(view) => match key {
            Value::String(name) => view_get(cx, view, name),
            _ => Err(cx.argument_null("key")),
        },
        _ => {
            let library = super::get();
            let of = |id: TypeId| library.def(super::DefId(id.0)).members().iter().find(|m| m.name == "TryGetValue");
            let Some(member) = of(TypeId::READ_ONLY_DICTIONARY).or_else(|| of(TypeId::DICTIONARY)) else {
                return Err(fault("dictionaries are not available"));
            };
            let found = (member.run)(cx, &[dictionary, key, Value::Null])?;
            let value = std::mem::replace(&mut cx.outs[0], Value::Null);
            Ok((found == Value::Bool(true)).then_some(value))
        }
    }
}

/// A `bool` argument that may be left out.
fn flag(args: &[Value], index: usize) -> bool {
    arg(args, index) == Value::Bool(true)
}
