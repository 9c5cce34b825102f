//! Literals and other short expressions, corner values among them.

use policy_vm::library::{self, TypeDefKind};
use policy_vm::types::{self, Type, TypeId};

use super::Generator;
use super::piece::{Part, Piece};
use super::type_names::{head, is_reference, kind, named, written};

/// What is wrong wherever it stands.
pub(super) const SPOILT: [&str; 14] = [
    "nobody",
    "(1 + )",
    "null",
    "\"text\"",
    "1.5m",
    "default",
    "x => x",
    "new { }",
    "(string)5",
    "context.Nothing",
    "throw new Exception()",
    "void",
    "this",
    "2147483648",
];

const STRINGS: [&str; 44] = [
    r#""""#,
    r#"" ""#,
    r#""a""#,
    r#""abc""#,
    r#""ABC""#,
    r#""Hello, World""#,
    r#""a,b;c""#,
    r#""12""#,
    r#""-7""#,
    r#""3.14""#,
    r#""1e3""#,
    r#""true""#,
    r#""False""#,
    r#""null""#,
    r#""äöü""#,
    r#""Straße""#,
    r#""\ud83d\ude00x""#,
    r#""İı""#,
    r#""2024-02-29T12:30:45Z""#,
    r#""2024-02-29""#,
    r#""01:02:03.5""#,
    r#""1.02:03:04""#,
    r#""{\"a\":1,\"b\":[1,2.5,\"x\",null,true]}""#,
    r#""[1,2,{\"a\":\"b\"}]""#,
    r#""<a b='1'><c>t</c><c/></a>""#,
    r#"@"x\y""#,
    r#""\t a \n""#,
    r#""%20a+b%C3%A4""#,
    r#""YWJj""#,
    r#""AP8=""#,
    r#""https://h.example:8443/p/q?x=1&y=%20#f""#,
    r#""7d444840-9dc0-11d1-b245-5ffdce74fad2""#,
    r#""a=1&b=2""#,
    r#""{0}-{1:X}""#,
    r#""a.b[0]""#,
    r#""$..a""#,
    r#""[a-c]+(\\d*)""#,
    r#""ff""#,
    r#""0x1F""#,
    r#""Monday""#,
    "string.Empty",
    "(string)null",
    r#"nameof(context)"#,
    r#""\0\u00e9e\u0301""#,
];

const INTEGERS: [&str; 22] = [
    "0",
    "0",
    "1",
    "1",
    "2",
    "3",
    "4",
    "5",
    "7",
    "8",
    "10",
    "16",
    "31",
    "32",
    "33",
    "100",
    "(-1)",
    "(-1)",
    "(-7)",
    "40",
    "int.MaxValue",
    "int.MinValue",
];

impl Generator {
    /// A short expression of the type.
    pub(super) fn literal(&mut self, ty: TypeId) -> Piece {
        let text = self.literal_text(ty).unwrap_or_else(|| match written(ty) {
            Some(name) if is_reference(ty) => format!("({name})null"),
            Some(name) => format!("default({name})"),
            None => "null".to_owned(),
        });
        // A cast binds weaker than the dot that may follow.
        Piece::plain(ty, if text.starts_with('(') || text == "null" { format!("({text})") } else { text })
    }

    fn literal_text(&mut self, ty: TypeId) -> Option<String> {
        match types::get(ty) {
            Type::Nullable(inner) => {
                let name = written(ty)?;
                return Some(if self.dice.one_in(3) {
                    format!("({name})null")
                } else {
                    format!("({name}){}", self.literal(*inner).text())
                });
            }
            Type::Array { element, .. } => {
                let items: Vec<String> = (0..self.dice.below(4)).map(|_| self.literal(*element).text()).collect();
                return Some(format!("new {}[] {{ {} }}", written(*element)?, items.join(", ")));
            }
            _ => {}
        }
        let pick = |generator: &mut Self, list: &[&str]| Some(generator.dice.pick(list).to_owned());
        let (name, args) = head(ty)?;
        match name {
            "System.String" => pick(self, &STRINGS),
            "System.Int32" => pick(self, &INTEGERS),
            "System.Boolean" => pick(self, &["true", "false"]),
            "System.Char" => pick(self, &["'a'", "'Z'", "'0'", "' '", "','", "'\\n'", "'ä'", "'\\ud83d'", "'.'"]),
            "System.Int64" => pick(self, &["0L", "1L", "(-5L)", "9007199254740993L", "long.MaxValue", "long.MinValue"]),
            "System.UInt32" => pick(self, &["0u", "1u", "7u", "uint.MaxValue"]),
            "System.UInt64" => pick(self, &["0ul", "1ul", "255ul", "ulong.MaxValue"]),
            "System.Int16" => pick(self, &["(short)0", "(short)-3", "(short)300", "short.MaxValue", "short.MinValue"]),
            "System.UInt16" => pick(self, &["(ushort)0", "(ushort)500", "ushort.MaxValue"]),
            "System.Byte" => pick(self, &["(byte)0", "(byte)1", "(byte)200", "byte.MaxValue"]),
            "System.SByte" => pick(self, &["(sbyte)0", "(sbyte)-1", "sbyte.MinValue", "sbyte.MaxValue"]),
            "System.Double" => pick(
                self,
                &[
                    "0.0",
                    "1.0",
                    "(-1.5)",
                    "2.5",
                    "3.14159",
                    "1e10",
                    "1e-5",
                    "1e308",
                    "0.1",
                    "double.NaN",
                    "double.PositiveInfinity",
                    "double.Epsilon",
                    "(-0.0)",
                    "123456789.125",
                ],
            ),
            "System.Single" => pick(self, &["0f", "1.5f", "(-2.25f)", "0.1f", "1e20f", "float.NaN", "float.MaxValue"]),
            "System.Decimal" => pick(
                self,
                &[
                    "0m",
                    "1m",
                    "(-1.50m)",
                    "99.90m",
                    "0.1m",
                    "decimal.MaxValue",
                    "decimal.MinValue",
                    "1.0000m",
                    "1e-20m",
                ],
            ),
            "System.DateTime" => pick(
                self,
                &[
                    "new DateTime(2024, 2, 29)",
                    "new DateTime(2024, 2, 29, 12, 30, 45, DateTimeKind.Utc)",
                    "new DateTime(1999, 12, 31, 23, 59, 59, 999)",
                    "DateTime.MinValue",
                    "DateTime.MaxValue",
                    "context.Timestamp",
                    "new DateTime(2023, 1, 1, 0, 0, 0, DateTimeKind.Local)",
                ],
            ),
            "System.DateTimeOffset" => pick(
                self,
                &[
                    "new DateTimeOffset(2024, 2, 29, 12, 0, 0, TimeSpan.FromHours(2))",
                    "new DateTimeOffset(new DateTime(2020, 6, 15), TimeSpan.Zero)",
                    "DateTimeOffset.MinValue",
                    "DateTimeOffset.FromUnixTimeSeconds(1700000000)",
                ],
            ),
            "System.TimeSpan" => pick(
                self,
                &[
                    "TimeSpan.Zero",
                    "TimeSpan.FromMinutes(90)",
                    "new TimeSpan(1, 2, 3, 4, 5)",
                    "TimeSpan.FromSeconds(-1.5)",
                    "TimeSpan.MaxValue",
                    "TimeSpan.FromTicks(1)",
                    "TimeSpan.FromDays(400)",
                ],
            ),
            "System.Guid" => pick(self, &["Guid.Empty", "Guid.Parse(\"7d444840-9dc0-11d1-b245-5ffdce74fad2\")"]),
            "System.Object" => self.anything(),
            "Newtonsoft.Json.Linq.JToken" => pick(
                self,
                &[
                    "JToken.Parse(\"{\\\"a\\\":{\\\"b\\\":[1,2,\\\"x\\\"]},\\\"c\\\":null}\")",
                    "JToken.Parse(\"[1,2.5,\\\"a\\\",true,null]\")",
                    "(JToken)5",
                    "(JToken)\"text\"",
                    "(JToken)null",
                    "JToken.Parse(\"\\\"2024-01-02T03:04:05Z\\\"\")",
                    "(JToken)1.5",
                    "(JToken)true",
                    "JValue.CreateNull()",
                ],
            ),
            "Newtonsoft.Json.Linq.JObject" => pick(
                self,
                &[
                    "new JObject()",
                    "JObject.Parse(\"{\\\"a\\\":1,\\\"b\\\":\\\"x\\\",\\\"c\\\":[1,2],\\\"d\\\":{\\\"e\\\":null}}\")",
                    "new JObject(new JProperty(\"a\", 1), new JProperty(\"b\", \"x\"))",
                    "new JObject { [\"k\"] = 1.5, [\"l\"] = true }",
                ],
            ),
            "Newtonsoft.Json.Linq.JArray" => pick(
                self,
                &[
                    "new JArray()",
                    "new JArray(1, 2, 3)",
                    "new JArray(\"a\", null, 2.5)",
                    "JArray.Parse(\"[[1],{\\\"a\\\":2},\\\"b\\\"]\")",
                ],
            ),
            "Newtonsoft.Json.Linq.JValue" => pick(
                self,
                &["new JValue(5)", "new JValue(\"x\")", "JValue.CreateNull()", "new JValue(1.5m)", "new JValue(true)"],
            ),
            "Newtonsoft.Json.Linq.JProperty" => {
                pick(self, &["new JProperty(\"a\", 1)", "new JProperty(\"b\", \"x\", 2)"])
            }
            "System.Xml.Linq.XElement" => pick(
                self,
                &[
                    "XElement.Parse(\"<a b='1'><c>5</c><c d='x'/>t</a>\")",
                    "new XElement(\"e\", 5)",
                    "new XElement(\"r\", new XAttribute(\"k\", \"v\"), new XElement(\"s\", \"t\"), \"u\")",
                    "new XElement(XNamespace.Get(\"urn:n\") + \"e\", true)",
                ],
            ),
            "System.Xml.Linq.XDocument" => {
                pick(self, &["XDocument.Parse(\"<a><b>1</b><!--c--></a>\")", "new XDocument(new XElement(\"r\"))"])
            }
            "System.Xml.Linq.XName" => {
                pick(self, &["(XName)\"a\"", "(XName)\"c\"", "(XName)\"b\"", "(XName)\"{urn:n}e\""])
            }
            "System.Uri" => pick(
                self,
                &[
                    "new Uri(\"https://h.example:8443/p/q?x=1#f\")",
                    "new Uri(\"/rel/a b\", UriKind.Relative)",
                    "new Uri(\"http://user@H/%7Ea/../b\")",
                ],
            ),
            "System.Text.StringBuilder" => pick(
                self,
                &["new StringBuilder()", "new StringBuilder(\"abc\")", "new StringBuilder().Append(1).Append('x')"],
            ),
            "System.Text.RegularExpressions.Match" => {
                pick(self, &["Regex.Match(\"a1b22\", \"([a-z])(?<n>\\\\d+)\")", "Regex.Match(\"abc\", \"x\")"])
            }
            "System.Text.RegularExpressions.Regex" => pick(
                self,
                &[
                    "new Regex(\"[a-c]+\")",
                    "new Regex(\"(?<w>\\\\w)(\\\\d)?\", RegexOptions.IgnoreCase)",
                    "new Regex(\"^|,\")",
                ],
            ),
            "System.Text.Encoding" => pick(self, &["Encoding.UTF8", "Encoding.ASCII", "Encoding.Unicode"]),
            "System.Globalization.CultureInfo" => Some("System.Globalization.CultureInfo.InvariantCulture".to_owned()),
            "System.IFormatProvider" => {
                pick(self, &["System.Globalization.CultureInfo.InvariantCulture", "(IFormatProvider)null"])
            }
            "System.Exception" => pick(
                self,
                &["new Exception(\"m\")", "new InvalidOperationException()", "new ArgumentNullException(\"p\")"],
            ),
            "System.IComparable" => pick(self, &["(IComparable)5", "(IComparable)\"a\""]),
            "System.Type" => pick(self, &["typeof(int)", "typeof(string)"]),
            "ApiManagement.IContext" => Some("context".to_owned()),
            "ApiManagement.IRequest" => Some("context.Request".to_owned()),
            "ApiManagement.IResponse" => Some("context.Response".to_owned()),
            _ if kind(ty) == Some(TypeDefKind::Enum) => self.enumeration(ty),
            _ if kind(ty) == Some(TypeDefKind::Delegate) => Some(self.lambda(ty, 1).text()),
            _ => self.collection(name, args),
        }
    }

    /// A value of any type for `object`.
    fn anything(&mut self) -> Option<String> {
        if self.dice.one_in(6) {
            return Some("(object)null".to_owned());
        }
        let ty = self.simple_type();
        if ty == TypeId::OBJECT {
            Some("(object)1".to_owned())
        } else {
            Some(format!("(object){}", self.literal(ty).text()))
        }
    }

    fn enumeration(&mut self, ty: TypeId) -> Option<String> {
        let Type::Named { def, .. } = types::get(ty) else { return None };
        let decl = library::get().def(*def).decl;
        let name = written(ty)?;
        if decl.values.is_empty() || self.dice.one_in(12) {
            return Some(format!("({name}){}", self.dice.below(9)));
        }
        let mut one = || format!("{name}.{}", decl.values[self.dice.below(decl.values.len())].0);
        let first = one();
        Some(if decl.flags && first.len() % 3 == 0 { format!("({first} | {})", one()) } else { first })
    }

    /// Collections, and what only stands for one.
    fn collection(&mut self, name: &str, args: &[TypeId]) -> Option<String> {
        let list = |generator: &mut Self, of: TypeId| -> Vec<String> {
            (0..generator.dice.below(5)).map(|_| generator.literal(of).text()).collect()
        };
        match (name.rsplit('.').next()?, args) {
            ("IEnumerable" | "ICollection" | "IList" | "IReadOnlyCollection" | "IReadOnlyList", [of]) => {
                let items = list(self, *of).join(", ");
                let of = written(*of)?;
                Some(if self.dice.one_in(2) {
                    format!("new {of}[] {{ {items} }}")
                } else {
                    format!("new List<{of}> {{ {items} }}")
                })
            }
            (set @ ("List" | "HashSet"), [of]) => {
                Some(format!("new {set}<{}> {{ {} }}", written(*of)?, list(self, *of).join(", ")))
            }
            (queue @ ("Queue" | "Stack"), [of]) => {
                let items = list(self, *of).join(", ");
                let of = written(*of)?;
                Some(format!("new {queue}<{of}>(new {of}[] {{ {items} }})"))
            }
            ("Dictionary" | "IDictionary" | "IReadOnlyDictionary", [key, value]) => {
                let pair = |generator: &mut Self| {
                    format!("{{ {}, {} }}", generator.literal(*key).text(), generator.literal(*value).text())
                };
                let pairs: Vec<String> = (0..self.dice.below(3)).map(|_| pair(self)).collect();
                Some(format!("new Dictionary<{}, {}> {{ {} }}", written(*key)?, written(*value)?, pairs.join(", ")))
            }
            ("KeyValuePair", [key, value]) => {
                let (k, v) = (self.literal(*key).text(), self.literal(*value).text());
                Some(format!("new KeyValuePair<{}, {}>({k}, {v})", written(*key)?, written(*value)?))
            }
            ("IEqualityComparer" | "IComparer", [of]) if *of == TypeId::STRING => Some(
                self.dice
                    .pick(&["StringComparer.Ordinal", "StringComparer.OrdinalIgnoreCase", "(StringComparer)null"])
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// A text as its parameter's name asks for one: a pattern, a format, JSON.
    pub(super) fn text_for(&mut self, parameter: &str, ty: TypeId) -> Option<Piece> {
        if ty != named("string") || self.dice.one_in(4) {
            return None;
        }
        let texts: &[&str] = match parameter {
            "pattern" => &[
                r#""[a-c]""#,
                r#""\\d+""#,
                r#""(\\w)(\\w)?""#,
                r#"@"\s*,\s*""#,
                r#""^a|c$""#,
                r#""(?<n>[^,]*)""#,
                r#""(?i)B""#,
                r#""a{2,}?""#,
                r#""(?<=a).""#,
                r#""(""#,
                r#""\\p{Lu}""#,
            ],
            "replacement" => &[r#""[$1]""#, r#""${n}""#, r#""$&$&""#, r#""""#, r#""$$""#],
            "format" => &[
                r#""D4""#,
                r#""F2""#,
                r#""N0""#,
                r#""X""#,
                r#""G""#,
                r#""E3""#,
                r#""P1""#,
                r##""#,##0.00""##,
                r#""0000""#,
                r#""o""#,
                r#""yyyy-MM-dd HH:mm:ss.fff""#,
                r#""R""#,
                r#""c""#,
                r#""g""#,
                r#""{0,5}|{1:F1}|{2}""#,
                r#""{0} {1}""#,
                r#""B""#,
                r#""""#,
            ],
            "json" => &[
                r#""{\"a\":1}""#,
                r#""[1,2,3]""#,
                r#""{'a':{'b':[true,null]}}""#,
                r#""\"text\"""#,
                r#""1.50""#,
                r#""{""#,
                r#""""#,
            ],
            "path" => &[
                r#""a""#,
                r#""a.b[1]""#,
                r#""$..b""#,
                r#""c[?(@ > 1)]""#,
                r#""d.e""#,
                r#""['a']""#,
                r#""[0]""#,
                r#""x.y""#,
            ],
            "propertyName" | "key" => &[r#""a""#, r#""b""#, r#""c""#, r#""A""#, r#""missing""#, r#""Accept""#],
            "xml" | "text" => &[r#""<a><b c='1'>t</b></a>""#, r#""<a/>""#, r#""<a>""#, r#""plain""#],
            "uriString" | "relativeUri" => {
                &[r#""https://h/p?q=1""#, r#""../x""#, r#""mailto:a@b""#, r#""http://[::1]:80/""#, r#""x y""#]
            }
            _ => return None,
        };
        let text = self.dice.pick(texts);
        Some(Piece::new(ty, vec![Part::text(text)]))
    }
}
