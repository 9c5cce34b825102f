//! As much of XML Schema as the published schemas use: global elements and types, sequences, choices, extensions,
//! unions, enumerations.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a schema that cannot be read fails the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use policy_parser::document::{ContentKind, Document, Element, parse_document};

/// All schemas of a folder.
pub(crate) struct Schemas {
    files: BTreeMap<String, Document>,
}

/// What an element may look like.
#[derive(Debug, Default, Clone)]
pub(crate) struct Shape {
    pub(crate) attributes: BTreeMap<String, AttributeShape>,
    /// In the order of the schema.
    pub(crate) children: Vec<ChildShape>,
    pub(crate) in_order: bool,
    /// Any elements.
    pub(crate) any: bool,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct AttributeShape {
    pub(crate) required: bool,
    pub(crate) default: Option<String>,
    pub(crate) values: BTreeSet<String>,
    /// Whether an expression may stand there; a type that takes any text does not say.
    pub(crate) expression: Option<bool>,
}

#[derive(Debug, Clone)]
pub(crate) struct ChildShape {
    pub(crate) name: String,
    pub(crate) least: usize,
    pub(crate) most: usize,
    /// Absent where the schema does not say.
    pub(crate) shape: Option<Shape>,
}

/// How often the particles of a group may be there.
#[derive(Clone, Copy)]
struct Times {
    least: usize,
    most: usize,
}

impl Schemas {
    pub(crate) fn read(folder: &Path) -> Self {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let schemas = files.filter(|path| path.extension().is_some_and(|extension| extension == "xsd"));
        let parsed = schemas.map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let parsed = parse_document(name.clone(), std::fs::read_to_string(&path).unwrap());
            assert!(!parsed.has_errors(), "{name}: {:?}", parsed.diagnostics);
            (name, parsed.document.unwrap())
        });
        Self { files: parsed.collect() }
    }

    /// The elements that documents may use, each with the file it is described in.
    pub(crate) fn elements(&self) -> BTreeMap<&str, &str> {
        let mut elements = BTreeMap::new();
        for (file, document) in &self.files {
            let globals = document.root.elements().filter(|element| &*element.name == "xs:element");
            elements.extend(globals.filter_map(|element| attribute(element, "name")).map(|name| (name, file.as_str())));
        }
        elements
    }

    /// What a global element may look like.
    pub(crate) fn shape(&self, file: &str, name: &str) -> Option<Shape> {
        let element = self.global(file, "xs:element", name)?;
        self.of_element(file, element)
    }

    fn global(&self, file: &str, kind: &str, name: &str) -> Option<&Element> {
        let mut all = self.files.get(file)?.root.elements();
        all.find(|element| &*element.name == kind && attribute(element, "name") == Some(name))
    }

    /// A named type: that of the same file, or of the types in common.
    fn named(&self, file: &str, kind: &str, name: &str) -> Option<&Element> {
        self.global(file, kind, name).or_else(|| self.global("common-types", kind, name))
    }

    /// `None` for an element that may be anything.
    fn of_element(&self, file: &str, element: &Element) -> Option<Shape> {
        let ty = match attribute(element, "type") {
            Some(name) if name.starts_with("xs:") => return Some(Shape::default()),
            Some(name) => match self.named(file, "xs:complexType", name) {
                Some(ty) => ty,
                // A type of texts.
                None => return Some(Shape::default()),
            },
            None => element.child("xs:complexType")?,
        };
        let mut shape = Shape::default();
        self.content(file, ty, &mut shape);
        Some(shape)
    }

    fn content(&self, file: &str, of: &Element, shape: &mut Shape) {
        for part in of.elements() {
            match &*part.name {
                "xs:complexContent" | "xs:simpleContent" => self.content(file, part, shape),
                "xs:extension" => {
                    let base = attribute(part, "base").and_then(|base| self.named(file, "xs:complexType", base));
                    if let Some(base) = base {
                        self.content(file, base, shape);
                    }
                    self.content(file, part, shape);
                }
                "xs:sequence" => {
                    shape.in_order = true;
                    self.particles(file, part, shape);
                }
                "xs:choice" | "xs:all" => self.particles(file, part, shape),
                "xs:attribute" => {
                    let name = attribute(part, "name").unwrap().to_owned();
                    shape.attributes.insert(name, self.attribute(file, part));
                }
                _ => {}
            }
        }
    }

    fn particles(&self, file: &str, group: &Element, shape: &mut Shape) {
        let of_group = times(group);
        let is_choice = &*group.name == "xs:choice";
        for particle in group.elements() {
            match &*particle.name {
                "xs:any" => shape.any = true,
                "xs:element" => {
                    let own = times(particle);
                    shape.children.push(ChildShape {
                        name: attribute(particle, "name").or(attribute(particle, "ref")).unwrap().to_owned(),
                        least: if is_choice { 0 } else { own.least.min(of_group.least) },
                        most: own.most.saturating_mul(of_group.most),
                        shape: self.of_element(file, particle),
                    });
                }
                other => panic!("{file}: {other} in {}", group.name),
            }
        }
    }

    fn attribute(&self, file: &str, element: &Element) -> AttributeShape {
        let mut shape = AttributeShape {
            required: attribute(element, "use") == Some("required"),
            default: attribute(element, "default").map(str::to_owned),
            ..AttributeShape::default()
        };
        let mut types = BTreeSet::new();
        match (attribute(element, "type"), element.child("xs:simpleType")) {
            (Some(name), _) => self.simple_named(file, name, &mut shape.values, &mut types),
            (None, Some(ty)) => self.simple(file, ty, &mut shape.values, &mut types),
            (None, None) => {}
        }
        shape.expression = match (types.contains("expression"), types.contains("xs:string")) {
            (true, _) => Some(true),
            (false, true) => None,
            (false, false) => Some(false),
        };
        shape
    }

    fn simple_named(&self, file: &str, name: &str, values: &mut BTreeSet<String>, types: &mut BTreeSet<String>) {
        match self.named(file, "xs:simpleType", name) {
            Some(ty) if name != "expression" => self.simple(file, ty, values, types),
            _ => drop(types.insert(name.to_owned())),
        }
    }

    fn simple(&self, file: &str, ty: &Element, values: &mut BTreeSet<String>, types: &mut BTreeSet<String>) {
        for part in ty.elements() {
            for name in attribute(part, "memberTypes").unwrap_or_default().split_whitespace() {
                self.simple_named(file, name, values, types);
            }
            for nested in part.elements().filter(|nested| &*nested.name == "xs:simpleType") {
                self.simple(file, nested, values, types);
            }
            let listed = part.elements().filter(|facet| &*facet.name == "xs:enumeration");
            let listed: Vec<String> = listed.filter_map(|facet| attribute(facet, "value")).map(str::to_owned).collect();
            if listed.is_empty() {
                types.extend(attribute(part, "base").map(str::to_owned));
            }
            values.extend(listed);
        }
    }
}

fn times(particle: &Element) -> Times {
    let number = |name: &str| match attribute(particle, name) {
        None => 1,
        Some("unbounded") => usize::MAX,
        Some(number) => number.parse().unwrap(),
    };
    Times { least: number("minOccurs"), most: number("maxOccurs") }
}

fn attribute<'e>(element: &'e Element, name: &str) -> Option<&'e str> {
    match &element.attribute(name)?.value.kind {
        ContentKind::Literal(text) => Some(text),
        ContentKind::Expression(_) => None,
    }
}
