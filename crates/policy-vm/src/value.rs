//! What an expression computes with: small copyable [`Value`]s, and a [`Heap`](heap::Heap) for all that does not fit.
//!
//! A value is sixteen bytes and `Copy`. Primitives are held in place, so boxing (`(object)5`) costs nothing. Strings
//! and objects are handles into the heap of the run: there is no reference counting, no cycle can leak, two handles
//! are the same object exactly when they are equal, and everything is freed at once when the exchange ends. A
//! `Nullable<T>` is its value or [`Value::Null`], as boxing in .NET has it.

pub mod behaviour;
pub mod cast;
pub mod comparer;
pub(crate) mod element;
pub mod heap;
pub(crate) mod matrix;
pub mod sequence;
pub mod sort;
pub mod text;

use crate::types::TypeId;
use text::Str;

/// A .NET value. What it is at run time is always known from the value itself and the heap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `System.Boolean`.
    Bool(bool),
    /// `System.Char`: one UTF-16 unit.
    Char(u16),
    /// `System.SByte`.
    SByte(i8),
    /// `System.Byte`.
    Byte(u8),
    /// `System.Int16`.
    Int16(i16),
    /// `System.UInt16`.
    UInt16(u16),
    /// `System.Int32`.
    Int32(i32),
    /// `System.UInt32`.
    UInt32(u32),
    /// `System.Int64`.
    Int64(i64),
    /// `System.UInt64`.
    UInt64(u64),
    /// `System.Single`.
    Single(f32),
    /// `System.Double`.
    Double(f64),
    /// `System.DateTime`.
    DateTime(DateTime),
    /// `System.TimeSpan`, in ticks of 100 ns.
    TimeSpan(i64),
    /// A value of the enumeration type named first.
    Enum(TypeId, i64),
    /// `System.String`.
    String(Str),
    /// A part of the `context` object: data of the exchange itself, seen without copying.
    View(View),
    /// Everything else lives in the heap, larger value types (`Decimal`, `Guid`, `DateTimeOffset`) included.
    Object(Ref),
}

const _: () = assert!(size_of::<Value>() == 16, "registers and lists are arrays of values: keep them small");

impl Value {
    /// True for `null`.
    #[must_use]
    pub const fn is_null(self) -> bool {
        matches!(self, Self::Null)
    }
}

/// A handle to an object of the run's heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref(pub(crate) u32);

/// `System.DateTime` as .NET stores it: 62 bits of ticks (100 ns since 0001-01-01) and 2 bits of kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DateTime(u64);

/// `System.DateTimeKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateTimeKind {
    /// Neither UTC nor local.
    Unspecified = 0,
    /// UTC.
    Utc = 1,
    /// Local time; the local zone is UTC.
    Local = 2,
}

impl DateTime {
    /// The largest number of ticks, 9999-12-31T23:59:59.9999999.
    pub const MAX_TICKS: i64 = 3_155_378_975_999_999_999;
    /// 1970-01-01T00:00:00 in ticks.
    pub const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;

    /// From ticks and kind; `None` when the ticks are out of range.
    #[must_use]
    pub const fn new(ticks: i64, kind: DateTimeKind) -> Option<Self> {
        if ticks < 0 || ticks > Self::MAX_TICKS {
            return None;
        }
        Some(Self((ticks.cast_unsigned()) | ((kind as u64) << 62)))
    }

    /// Ticks of 100 ns since 0001-01-01T00:00:00.
    #[must_use]
    pub const fn ticks(self) -> i64 {
        (self.0 & ((1 << 62) - 1)).cast_signed()
    }

    /// Utc, Local or Unspecified.
    #[must_use]
    pub const fn kind(self) -> DateTimeKind {
        match self.0 >> 62 {
            0 => DateTimeKind::Unspecified,
            1 => DateTimeKind::Utc,
            _ => DateTimeKind::Local,
        }
    }
}

/// A part of the `context` object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct View {
    /// Which part.
    pub part: Part,
    /// Which of several of that kind (a stored response, a group …); 0 otherwise.
    pub index: u32,
}

/// The parts of `context` that expressions can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the context member of the same name")]
pub enum Part {
    Context,
    Api,
    ApiServiceUrl,
    ApiKeyNames,
    Backend,
    Deployment,
    DeploymentCertificates,
    Gateway,
    SustainabilityInfo,
    GraphQl,
    LastError,
    Operation,
    Product,
    /// One of the product's APIs, by index.
    ProductApi,
    ProductApiServiceUrl,
    ProductApiKeyNames,
    /// One of the product's groups, by index.
    ProductGroup,
    Request,
    RequestBody,
    RequestCertificate,
    RequestHeaders,
    RequestMatchedParameters,
    RequestOriginalUrl,
    RequestOriginalUrlQuery,
    RequestPrivateEndpointConnection,
    RequestFoundry,
    RequestAzureVnetInfo,
    RequestUrl,
    RequestUrlQuery,
    Response,
    ResponseBody,
    ResponseHeaders,
    /// A response kept in a variable, by index into [`Call::stored`](crate::exchange::Call::stored).
    Stored,
    StoredBody,
    StoredHeaders,
    Subscription,
    User,
    /// One of the user's groups, by index.
    UserGroup,
    /// One of the user's identities, by index.
    UserIdentity,
    Variables,
    Workspace,
}

impl From<Part> for Value {
    fn from(part: Part) -> Self {
        Self::View(View { part, index: 0 })
    }
}
