//! The commands of the README, run as they stand there, and their answers, compared as they stand there.

use std::iter::Peekable;
use std::process::Command;

use crate::gateway::{Hub, repository};

/// A command with the answer below it.
struct Shown {
    command: String,
    answer: String,
}

#[test]
fn every_curl_line_answers_what_the_readme_shows() {
    let lines: Vec<Shown> = shown().into_iter().filter(|shown| shown.command.starts_with("curl ")).collect();
    assert_eq!(lines.len(), 5, "the README shows five lines");
    let hub = Hub::start();
    for Shown { command, answer } in lines {
        let found = hub.send(&request(&words(&command)));
        let head = found.head.replace("\r\n", "\n");
        let found = masked(&format!("{}\n\n{}", head.trim_end(), found.body));
        assert_eq!(found, masked(&answer), "{command}");
    }
}

#[test]
fn every_other_command_says_what_the_readme_shows() {
    for Shown { command, answer } in shown() {
        let Some(arguments) = command.strip_prefix("tollgate ").filter(|_| !answer.is_empty()) else { continue };
        let mut program = Command::new(env!("CARGO_BIN_EXE_tollgate"));
        let found = program.args(words(arguments)).current_dir(repository()).output().unwrap();
        assert_eq!(uncounted(&String::from_utf8_lossy(&found.stdout)), uncounted(&answer), "{command}");
    }
}

/// How many instructions an expression takes is the compiler's affair.
fn uncounted(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with("instructions ")).map(|line| format!("{line}\n")).collect()
}

/// The commands of all `console` blocks.
fn shown() -> Vec<Shown> {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let mut found: Vec<Shown> = Vec::new();
    let mut lines = readme.lines().peekable();
    while let Some(line) = lines.next() {
        if line != "```console" {
            continue;
        }
        while let Some(line) = lines.next_if(|line| *line != "```") {
            if let Some(command) = line.strip_prefix("$ ") {
                found.push(Shown { command: continued(command, &mut lines), answer: String::new() });
            } else if let Some(shown) = found.last_mut() {
                shown.answer.push_str(line);
                shown.answer.push('\n');
            }
        }
    }
    found
}

/// A command with the lines that a backslash joins to it.
fn continued<'l>(first: &str, lines: &mut Peekable<impl Iterator<Item = &'l str>>) -> String {
    let mut command = first.to_owned();
    while let Some(before) = command.strip_suffix('\\').map(str::to_owned) {
        command = before + lines.next().expect("a line after a backslash").trim_start();
    }
    command
}

/// A command as a shell takes it apart: blanks separate, single quotes keep together.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![];
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in command.chars() {
        match c {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    assert!(!quoted, "a quote stays open: {command}");
    words.extend(word);
    words
}

/// What `curl` sends.
fn request(words: &[String]) -> String {
    let (mut method, mut headers, mut body, mut url) = (None, Vec::new(), None, None);
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-i" => {}
            "-X" => method = words.next().cloned(),
            "-H" => headers.extend(words.next().cloned()),
            "-d" => body = words.next().cloned(),
            option if option.starts_with('-') => panic!("`{option}` is not known here"),
            plain => url = Some(plain.to_owned()),
        }
    }
    let url = url.expect("a URL");
    let url = url.strip_prefix("http://").unwrap_or(&url);
    let (host, path) = url.split_at(url.find('/').unwrap_or(url.len()));
    let method = method.unwrap_or_else(|| if body.is_some() { "POST" } else { "GET" }.to_owned());
    let is_typed = headers.iter().any(|header| header.to_ascii_lowercase().starts_with("content-type:"));
    if let Some(body) = &body {
        headers.push(format!("Content-Length: {}", body.len()));
        if !is_typed {
            headers.push("Content-Type: application/x-www-form-urlencoded".to_owned());
        }
    }
    let path = if path.is_empty() { "/" } else { path };
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n{headers}\r\n{}", body.unwrap_or_default())
}

/// An answer with what differs from call to call taken out: ids and the date. The order of headers says nothing.
fn masked(answer: &str) -> String {
    let (head, body) = answer.trim().split_once("\n\n").expect("head and body");
    let mut lines: Vec<String> = head.lines().map(masked_line).collect();
    if let Some(headers) = lines.get_mut(1..) {
        headers.sort();
    }
    format!("{}\n\n{}", lines.join("\n"), masked_ids(body))
}

fn masked_line(line: &str) -> String {
    if line.starts_with("date: ") { "date: …".to_owned() } else { masked_ids(line) }
}

/// Ids as `8-4-4-4-12` hexadecimal digits become dots.
fn masked_ids(text: &str) -> String {
    let is_id = |part: &str| {
        part.len() == 36
            && part.char_indices().all(|(at, c)| match at {
                8 | 13 | 18 | 23 => c == '-',
                _ => c.is_ascii_hexdigit(),
            })
    };
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.get(..36).is_some_and(is_id) {
            out.push('…');
            rest = &rest[36..];
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

#[test]
fn commands_are_taken_apart_as_a_shell_does() {
    let line = "curl -i localhost:1/a -X PUT -H 'A: b c' -d '{\"x\": 1}'";
    let sent = "PUT /a HTTP/1.1\r\nHost: localhost:1\r\nAccept: */*\r\nA: b c\r\nContent-Length: 8\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\r\n{\"x\": 1}";
    assert_eq!(request(&words(line)), sent);
    assert_eq!(masked_ids("a 0f0f0f0f-0000-1111-2222-333333333333."), "a ….");
}
