//! `validate-client-certificate`: the certificate that the client showed must be valid, trusted, and one of those listed.
//!
//! What the certificate says itself is looked at here. Whether it is trusted, revoked, or issued by another certificate is
//! a question of keys and lists, which the host answers.

use policy_parser::document::Element;

use crate::check::{self, codes};
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::{CertificateCheck, HostCall, HostReply};
use crate::library::cryptography::client_certificate::{self, ClientCertificate};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Sections};
use crate::step::{Flow, Step, StepCx};

const IDENTITY: ElementSpec =
    ElementSpec::new("identity", "What a certificate says: all of it must fit.").attributes(&[
        Attribute::optional("thumbprint", Accepts::Text, "The SHA-1 of the certificate."),
        Attribute::optional("serial-number", Accepts::Text, "The serial number in hexadecimal."),
        Attribute::optional("common-name", Accepts::Text, "The common name of the subject."),
        Attribute::optional("subject", Accepts::Text, "The whole subject, `CN=a, O=b`."),
        Attribute::optional("dns-name", Accepts::Text, "One of the DNS names."),
        Attribute::optional("issuer-subject", Accepts::Text, "The subject of the issuer."),
        Attribute::optional("issuer-thumbprint", Accepts::Text, "The SHA-1 of the issuer's certificate."),
        Attribute::optional(
            "issuer-certificate-id",
            Accepts::Text,
            "The gateway's certificate that issued it; with it no other attribute of the issuer.",
        ),
    ]);

const IDENTITIES: ElementSpec = ElementSpec::new("identities", "The certificates that are let in.")
    .children(&[Child { spec: IDENTITY, least: 1, most: 10 }]);

const SPEC: ElementSpec =
    ElementSpec::new("validate-client-certificate", "Refuses clients without a valid certificate.")
        .attributes(&[
            Attribute::optional("validate-revocation", Accepts::Bool, "Whether it must not be revoked.")
                .default("true"),
            Attribute::optional("validate-trust", Accepts::Bool, "Whether its authority must be trusted.")
                .default("true"),
            Attribute::optional("validate-not-before", Accepts::Bool, "Whether it must be valid already.")
                .default("true"),
            Attribute::optional("validate-not-after", Accepts::Bool, "Whether it must not have expired.")
                .default("true"),
            Attribute::optional("ignore-error", Accepts::Bool, "Whether the call goes on whatever is found.")
                .default("false"),
        ])
        .children(&[Child::optional(IDENTITIES)])
        .sections(Sections::INBOUND);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let identities = element
        .child("identities")
        .map(|list| list.elements().map(|child| identity(c, child)).collect::<Vec<_>>().into_boxed_slice());
    let flag = |name| c.flag(element, &SPEC, name);
    let step = ValidateClientCertificate {
        not_before: flag("validate-not-before"),
        not_after: flag("validate-not-after"),
        trust: flag("validate-trust"),
        revocation: flag("validate-revocation"),
        ignore_error: flag("ignore-error"),
        identities,
    };
    c.needs.certificate = true;
    c.emit(step);
}

/// What an attribute of an identity says, if anything.
fn filled<'e>(c: &Compiler<'_>, element: &'e Element, name: &str) -> Option<&'e str> {
    c.literal(element, &IDENTITY, name).map(str::trim).filter(|text| !text.is_empty())
}

/// What is wrong with those attributes that say something.
fn check_identity(c: &mut Compiler<'_>, element: &Element) {
    let there = |name: &&str| filled(c, element, name).is_some();
    let issuer: Vec<_> = ["issuer-subject", "issuer-thumbprint"].into_iter().filter(there).collect();
    if there(&"issuer-certificate-id") && !issuer.is_empty() {
        let headline = format!("the attribute 'issuer-certificate-id' excludes {}", check::list(&issuer));
        c.error(codes::ATTRIBUTE_GROUP, element.tag_span, headline);
    }
    for name in ["thumbprint", "serial-number", "issuer-thumbprint"] {
        let is_wrong = filled(c, element, name).is_some_and(|text| !is_hexadecimal(text));
        if let Some(written) = element.attribute(name).filter(|_| is_wrong) {
            let shown = c.checker().shown(written.value.span);
            let headline = format!("the '{name}' attribute is invalid: '{shown}' is not a hexadecimal number");
            c.error(codes::INVALID_VALUE, written.value.span, headline);
        }
    }
}

/// One identity. An attribute that is there and empty is as good as none, as in what editors insert.
fn identity(c: &mut Compiler<'_>, element: &Element) -> Identity {
    check_identity(c, element);
    let text = |name| filled(c, element, name).map(Box::<str>::from);
    let identity = Identity {
        thumbprint: text("thumbprint").map(|text| hexadecimal(&text)),
        serial: text("serial-number").map(|text| hexadecimal(&text)),
        common_name: text("common-name"),
        subject: text("subject").map(|text| name_parts(&text)),
        dns_name: text("dns-name"),
        issuer_subject: text("issuer-subject").map(|text| name_parts(&text)),
        issuer: match (text("issuer-certificate-id"), text("issuer-thumbprint")) {
            (Some(id), _) => Some(CertificateCheck::IssuedBy(id)),
            (None, Some(thumbprint)) => {
                Some(CertificateCheck::IssuerThumbprint(hexadecimal(&thumbprint).into_boxed_str()))
            }
            (None, None) => None,
        },
    };
    if identity.says_nothing() {
        c.error(
            codes::ATTRIBUTE_GROUP,
            element.tag_span,
            "an identity without any attribute lets every certificate in",
        );
    }
    identity
}

/// What a certificate must say.
#[derive(Debug)]
struct Identity {
    thumbprint: Option<String>,
    serial: Option<String>,
    common_name: Option<Box<str>>,
    subject: Option<Vec<String>>,
    dns_name: Option<Box<str>>,
    issuer_subject: Option<Vec<String>>,
    /// What the host is asked.
    issuer: Option<CertificateCheck>,
}

impl Identity {
    fn says_nothing(&self) -> bool {
        self.thumbprint.is_none()
            && self.serial.is_none()
            && self.common_name.is_none()
            && self.subject.is_none()
            && self.dns_name.is_none()
            && self.issuer_subject.is_none()
            && self.issuer.is_none()
    }

    /// All of it but the issuer's certificate.
    fn fits(&self, certificate: &ClientCertificate) -> bool {
        let hex = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(found))
        };
        let name = |wanted: &Option<Vec<String>>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| *wanted == name_parts(found))
        };
        let serial = self.serial.as_ref().map(|serial| serial.trim_start_matches('0').to_owned());
        hex(&self.thumbprint, &certificate.thumbprint)
            && hex(&serial, certificate.serial.trim_start_matches('0'))
            && self.common_name.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(&certificate.common_name))
            && name(&self.subject, &certificate.subject)
            && self
                .dns_name
                .as_ref()
                .is_none_or(|name| certificate.dns_names.iter().any(|dns| dns.eq_ignore_ascii_case(name)))
            && name(&self.issuer_subject, &certificate.issuer)
    }
}

/// Digits with what stands between them in what is copied, and nothing else. A mark is one of those that nobody sees.
fn is_hexadecimal(text: &str) -> bool {
    let stands_between = |c: char| {
        c.is_whitespace() || matches!(c, ':' | '-' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{feff}')
    };
    text.chars().any(|c| c.is_ascii_hexdigit()) && text.chars().all(|c| c.is_ascii_hexdigit() || stands_between(c))
}

/// Thumbprints and serial numbers are copied from where they have blanks, colons or an invisible mark in front.
fn hexadecimal(text: &str) -> String {
    text.chars().filter(char::is_ascii_hexdigit).collect()
}

/// The parts of a distinguished name in their order, each without blanks around it and in lower case. A comma in quotes
/// belongs to its part.
fn name_parts(name: &str) -> Vec<String> {
    let (mut parts, mut quoted) = (vec![String::new()], false);
    for c in name.chars() {
        quoted ^= c == '"';
        match parts.last_mut() {
            Some(part) if c != ',' || quoted => part.extend(c.to_lowercase()),
            _ => parts.push(String::new()),
        }
    }
    parts.into_iter().map(|part| part.replace('"', "").trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[derive(Debug)]
struct ValidateClientCertificate {
    not_before: bool,
    not_after: bool,
    trust: bool,
    revocation: bool,
    ignore_error: bool,
    identities: Option<Box<[Identity]>>,
}

/// What the host is asked.
#[derive(Clone, Copy)]
enum Asked {
    Trust,
    Revocation,
    Issuer(usize),
}

/// What it was asked last, with the certificate, which is taken apart once.
struct Kept(Asked, ClientCertificate);

/// Why a certificate is refused: reason and message.
type Refused = (&'static str, &'static str);

const NOT_FOUND: Refused = ("ClientCertificateNotFound", "The client did not show a certificate.");
const NOT_YET: Refused = ("ClientCertificateNotYetValid", "The certificate is not valid yet.");
const EXPIRED: Refused = ("ClientCertificateExpired", "The certificate has expired.");
const NOT_TRUSTED: Refused =
    ("ClientCertificateNotTrusted", "A certificate chain could not be built to a trusted root authority.");
const REVOKED: Refused =
    ("ClientCertificateRevoked", "The certificate has been revoked, or that could not be found out.");
const NO_MATCH: Refused =
    ("ClientCertificateIdentityNotMatched", "Certificate does not match any of allowed identities.");

impl ValidateClientCertificate {
    fn begin(&self, cx: &mut StepCx<'_>) -> Flow {
        let Some(certificate) = certificate(cx) else { return self.refuse(cx, NOT_FOUND) };
        let now = cx.ambient.now_ticks();
        if self.not_before && now < certificate.not_before {
            self.refuse(cx, NOT_YET)
        } else if self.not_after && now > certificate.not_after {
            self.refuse(cx, EXPIRED)
        } else if self.trust {
            ask(cx, Kept(Asked::Trust, certificate), CertificateCheck::Trusted)
        } else {
            self.after_trust(cx, certificate)
        }
    }

    fn after_trust(&self, cx: &mut StepCx<'_>, certificate: ClientCertificate) -> Flow {
        if self.revocation {
            return ask(cx, Kept(Asked::Revocation, certificate), CertificateCheck::NotRevoked);
        }
        self.identities_from(cx, certificate, 0)
    }

    /// The first identity at or after `at` that fits lets the client in; the host is asked where it must be.
    fn identities_from(&self, cx: &mut StepCx<'_>, certificate: ClientCertificate, at: usize) -> Flow {
        let Some(identities) = &self.identities else { return Flow::Next };
        let fitting = identities.iter().enumerate().skip(at).find(|(_, identity)| identity.fits(&certificate));
        match fitting {
            None => self.refuse(cx, NO_MATCH),
            Some((_, Identity { issuer: None, .. })) => Flow::Next,
            Some((index, Identity { issuer: Some(check), .. })) => {
                ask(cx, Kept(Asked::Issuer(index), certificate), check.clone())
            }
        }
    }

    fn refuse(&self, cx: &StepCx<'_>, (reason, message): Refused) -> Flow {
        if self.ignore_error {
            return Flow::Next;
        }
        let mut error = cx.error(401, reason, message);
        error.public_message = Some("Invalid client certificate".into());
        Flow::Fail(error)
    }
}

fn certificate(cx: &StepCx<'_>) -> Option<ClientCertificate> {
    client_certificate::read(cx.exchange.call.request.certificate.as_ref()?)
}

fn ask(cx: &mut StepCx<'_>, kept: Kept, check: CertificateCheck) -> Flow {
    cx.keep(cx.at, kept);
    Flow::Call(HostCall::CheckCertificate(check))
}

impl Step for ValidateClientCertificate {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.begin(cx)
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        // A host that cannot tell has not said yes.
        let is_so = matches!(reply, HostReply::Checked(true));
        let error: Option<Box<PolicyError>> = match reply {
            HostReply::Failed(error) if !self.ignore_error => Some(cx.host_failed(&error)),
            _ => None,
        };
        if let Some(error) = error {
            return Flow::Fail(error);
        }
        let Some(Kept(asked, certificate)) = cx.take_kept(cx.at) else {
            return Flow::Fail(cx.fault("nothing was asked for"));
        };
        match (asked, is_so) {
            (Asked::Trust, true) => self.after_trust(cx, certificate),
            (Asked::Trust, false) => self.refuse(cx, NOT_TRUSTED),
            (Asked::Revocation, true) => self.identities_from(cx, certificate, 0),
            (Asked::Revocation, false) => self.refuse(cx, REVOKED),
            (Asked::Issuer(_), true) => Flow::Next,
            (Asked::Issuer(index), false) => self.identities_from(cx, certificate, index + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use crate::policies::check::{Scene, inbound_findings};

    /// `CN=edge-1, O="Contoso, Inc."`, DNS `edge-1.example` and `edge-2.example`, serial 0A1B, valid 2026 to 2036, issued by
    /// `CN=Test CA`.
    const CERTIFICATE: &str = include_str!("../../test_data/client-certificate.b64");

    fn scene(attributes: &str, identities: &str) -> Scene {
        let text = format!("<validate-client-certificate {attributes}>{identities}</validate-client-certificate>");
        let mut scene = Scene::inbound(&text);
        let plain: String = CERTIFICATE.split_whitespace().collect();
        let der = base64::engine::general_purpose::STANDARD.decode(plain).unwrap();
        scene.exchange.call.request.certificate = Some(der.into());
        scene
    }

    const RELAXED: &str = "validate-trust=\"false\" validate-revocation=\"false\" validate-not-before=\"false\" \
                           validate-not-after=\"false\"";

    #[track_caller]
    fn check(identity: &str, fits: bool) {
        let shown = scene(RELAXED, &format!("<identities><identity {identity} /></identities>")).run();
        assert_eq!(shown.contains("> forward"), fits, "{identity}: {shown}");
        assert_eq!(shown.contains("ClientCertificateIdentityNotMatched"), !fits, "{shown}");
    }

    #[test]
    fn identities() {
        check("common-name=\"EDGE-1\"", true);
        check("common-name=\"edge\"", false);
        check("subject=\"CN=edge-1,O=&quot;Contoso, Inc.&quot;\"", true);
        check("subject=\"CN=edge-1\"", false);
        check("dns-name=\"edge-2.example\" thumbprint=\"\"", true);
        check("dns-name=\"edge-3.example\"", false);
        check("serial-number=\"0a 1b\"", true);
        check("serial-number=\"0a1c\"", false);
        check("issuer-subject=\"CN=Test CA\" common-name=\"edge-1\"", true);
        check("issuer-subject=\"CN=Other CA\" common-name=\"edge-1\"", false);
        check("thumbprint=\"00\"", false);
    }

    #[test]
    fn any_identity_will_do_and_the_host_knows_issuers() {
        let identities = "<identities><identity common-name=\"x\" /><identity issuer-certificate-id=\"old-ca\" />\
                          <identity common-name=\"edge-1\" issuer-thumbprint=\"AB:CD\" /></identities>";
        let mut scene = scene(RELAXED, identities);
        scene.certificate_facts.push("IssuerThumbprint(\"ABCD\")".to_owned());
        assert!(scene.run().starts_with("> check IssuedBy(\"old-ca\")\n> check IssuerThumbprint(\"ABCD\")\n> forward"));
    }

    #[test]
    fn trust_and_revocation_are_asked_for_by_default() {
        let valid = "validate-not-before=\"false\"";
        let mut fine = scene(valid, "");
        fine.certificate_facts.extend(["Trusted".to_owned(), "NotRevoked".to_owned()]);
        assert!(fine.run().starts_with("> check Trusted\n> check NotRevoked\n> forward"));
        let refused = scene(valid, "").run();
        assert!(
            refused.ends_with(
                "{ \"statusCode\": 401, \"message\": \"Invalid client certificate\" }\n! validate-client-certificate \
                 ClientCertificateNotTrusted: A certificate chain could not be built to a trusted root authority. \
                 (api/inbound/validate-client-certificate/)\n"
            ),
            "{refused}"
        );
        let mut revoked = scene(valid, "");
        revoked.certificate_facts.push("Trusted".to_owned());
        assert!(revoked.run().contains("ClientCertificateRevoked"));
    }

    #[test]
    fn times() {
        // The clock of the scene stands long before.
        assert!(scene("", "").run().contains("ClientCertificateNotYetValid"));
        let mut late = scene("validate-trust=\"false\" validate-revocation=\"false\"", "");
        late.clock.ticks.store(i64::MAX / 2, std::sync::atomic::Ordering::Relaxed);
        assert!(late.run().contains("ClientCertificateExpired"));
    }

    #[test]
    fn without_a_certificate() {
        let mut none = scene(RELAXED, "");
        none.exchange.call.request.certificate = None;
        assert!(none.run().contains("ClientCertificateNotFound"));
        let mut ignored = scene("ignore-error=\"true\"", "<identities><identity common-name=\"x\" /></identities>");
        ignored.exchange.call.request.certificate = None;
        assert!(ignored.run().contains("> forward"));
        let mut garbage = scene(RELAXED, "");
        garbage.exchange.call.request.certificate = Some("garbage".into());
        assert!(garbage.run().contains("ClientCertificateNotFound"));
    }

    #[test]
    fn what_is_wrong() {
        let identity = |attributes: &str| {
            inbound_findings(&format!(
                "<validate-client-certificate><identities><identity {attributes} /></identities></validate-client-certificate>"
            ))
        };
        assert_eq!(
            identity("thumbprint=\"\" subject=\" \""),
            "TG0214 policy.xml:1:61 an identity without any attribute lets every certificate in\n"
        );
        assert!(identity("issuer-certificate-id=\"a\" issuer-subject=\"b\"").starts_with("TG0214 "));
        let none = inbound_findings("<validate-client-certificate><identities /></validate-client-certificate>");
        assert!(none.starts_with("TG0221 "), "{none}");
    }
}
