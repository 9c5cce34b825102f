//! SOAP services: passed through as a whole, or with operations that are told apart by their actions.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use support::{Backend, Folder, Scene};

/// A SOAP API at `soap`, its specification a WSDL.
fn folder(backend: &Backend) -> Folder {
    let folder = Folder::new();
    folder
        .write("policy.xml", "<policies><inbound/><backend><forward-request/></backend><outbound/><on-error/></policies>")
        .write(
            "apis/soap/apiInformation.json",
            &format!(
                r#"{{"properties":{{"displayName":"SOAP","path":"soap","serviceUrl":"http://{}/service.asmx","protocols":["https"],"type":"soap","subscriptionRequired":false}}}}"#,
                backend.address
            ),
        )
        .write("apis/soap/specification.wsdl", "<wsdl:definitions xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\"/>");
    folder
}

fn operation(folder: &Folder, id: &str, action: &str) {
    folder.write(
        &format!("apis/soap/operations/{id}/operationInformation.json"),
        &format!(r#"{{"properties":{{"displayName":"{id}","method":"POST","urlTemplate":"/?soapAction={action}"}}}}"#),
    );
    folder.write(
        &format!("apis/soap/operations/{id}/policy.xml"),
        "<policies><inbound><base/><set-header name=\"X-Operation\"><value>@(context.Operation.Id)</value></set-header></inbound>\
         <backend><base/></backend></policies>",
    );
}

fn post(scene: &Scene, target: &str, headers: &str) -> u16 {
    let body = "<Envelope/>";
    let request = format!("POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n{headers}\r\n{body}", body.len());
    scene.client().send(request).read().unwrap().status
}

#[test]
fn a_service_without_policies_of_operations_is_passed_through() {
    let backend = Backend::hello();
    let scene = Scene::folder(folder(&backend), "");
    assert_eq!(post(&scene, "/soap", "SOAPAction: \"urn:anything\"\r\n"), 200);
    assert_eq!(post(&scene, "/soap?soapAction=x", ""), 200);
    let seen = backend.seen();
    assert_eq!(
        (seen[0].line(), seen[0].header("soapaction")),
        ("POST /service.asmx HTTP/1.1", Some("\"urn:anything\""))
    );
    assert_eq!(seen[0].body, b"<Envelope/>");
    assert_eq!(seen[1].line(), "POST /service.asmx?soapAction=x HTTP/1.1");
}

#[test]
fn operations_are_told_apart_by_their_actions() {
    let backend = Backend::hello();
    let folder = folder(&backend);
    operation(&folder, "get", "http://tempuri.org/IService/Get");
    operation(&folder, "put", "http://tempuri.org/IService/Put");
    let scene = Scene::folder(folder, "");
    let media_type = "Content-Type: application/soap+xml; action=\"http://tempuri.org/IService/Put\"\r\n";
    for (target, headers, status) in [
        ("/soap", "SOAPAction: \"http://tempuri.org/IService/Get\"\r\n", 200),
        ("/soap/", "SOAPAction: http://tempuri.org/IService/Put\r\n", 200),
        ("/soap", media_type, 200),
        ("/soap?soapAction=http://tempuri.org/IService/Get", "SOAPAction: nonsense\r\n", 200),
        ("/soap", "SOAPAction: \"http://tempuri.org/IService/Delete\"\r\n", 404),
        ("/soap", "", 404),
    ] {
        assert_eq!(post(&scene, target, headers), status, "{target} {headers}");
    }
    let met: Vec<_> = backend.seen().iter().map(|seen| seen.header("x-operation").unwrap().to_owned()).collect();
    assert_eq!(met, ["get", "put", "put", "get"]);
    assert_eq!(backend.seen()[0].line(), "POST /service.asmx HTTP/1.1", "what was not asked is not added");
}
