//! Takes over what changed, all of it or nothing: it is read, compiled and checked here, beside the calls, and only what is
//! complete is handed to the threads, each of which puts it in place between two calls.

use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use policy_parser::diagnostic::render::{Colours, text};
use tokio::sync::oneshot;

use crate::admin::{self, Guard};
use crate::config::Config;
use crate::config::operation::Admin;
use crate::crew::Crew;
use crate::gateway::{Settings, StartError};
use crate::lifecycle::files::Files;
use crate::lifecycle::recipe::Recipe;
use crate::rules::Rules;
use crate::server::{ListenerTls, tls_of};
use crate::service::Service;
use crate::shared::Shared;
use crate::site::Site;

/// Nothing is to be looked at: only orders count.
const SELDOM: Duration = Duration::from_secs(3600);
/// Looking at the files takes at most this part of the time.
const SHARE: u32 = 20;
/// How often a service is read again that changed while it was read.
const ATTEMPTS: usize = 3;

/// What came of an attempt: the number of the version, or what was found.
pub(crate) type Outcome = Result<u64, Vec<String>>;

enum Order {
    Reload { cause: &'static str, done: oneshot::Sender<Outcome> },
    Stop,
}

/// The thread that does it.
#[derive(Debug)]
pub(crate) struct Reloader {
    orders: Sender<Order>,
}

/// Asks for a reload.
#[derive(Debug, Clone)]
pub(crate) struct Reload(Sender<Order>);

impl Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reload { cause, .. } => cause,
            Self::Stop => "stop",
        })
    }
}

impl Reload {
    /// Reads everything again, also when nothing seems to have changed. The answer never comes when the gateway stops.
    pub(crate) fn order(&self, cause: &'static str) -> oneshot::Receiver<Outcome> {
        let (done, outcome) = oneshot::channel();
        let _ = self.0.send(Order::Reload { cause, done });
        outcome
    }
}

impl Reloader {
    /// Begins to watch.
    pub(crate) fn start(keeper: Keeper) -> std::io::Result<Self> {
        let (orders, ordered) = channel();
        std::thread::Builder::new().name("reload".to_owned()).spawn(move || keeper.keep(&ordered))?;
        Ok(Self { orders })
    }

    pub(crate) fn handle(&self) -> Reload {
        Reload(self.orders.clone())
    }

    /// Nothing more is taken over. What is being read just now may take as long as it likes: nobody waits for it.
    pub(crate) fn stop(&self) {
        let _ = self.orders.send(Order::Stop);
    }
}

/// What the thread works with.
#[derive(Debug)]
pub(crate) struct Keeper {
    pub(crate) recipe: Recipe,
    pub(crate) shared: Arc<Shared>,
    pub(crate) crew: Crew,
    /// What the admin listener asks for, if there is one.
    pub(crate) guard: Option<Arc<Guard>>,
    pub(crate) files: Files,
    /// Their fingerprint before the version was read that serves, or that was refused last.
    pub(crate) seen: u64,
    /// The version that serves.
    pub(crate) service: Arc<Service>,
    /// What is in force of its settings.
    pub(crate) rules: Arc<Rules>,
    /// Its settings.
    pub(crate) config: Config,
    /// Files that settings name are relative to it.
    pub(crate) folder: PathBuf,
}

/// What the next look at the files is compared with.
#[derive(Debug, Default)]
struct Look {
    /// A change that was seen once: it is taken over when nothing has changed any more.
    fresh: Option<u64>,
    next: Option<Instant>,
}

impl Keeper {
    fn keep(mut self, orders: &Receiver<Order>) {
        let mut look = Look::default();
        loop {
            let watch = self.config.reload.watch;
            if watch.is_zero() {
                look.next = None;
            } else if look.next.is_none_or(|next| next > Instant::now() + watch) {
                look.next = Some(Instant::now() + watch);
            }
            let wait = look.next.map_or(SELDOM, |next| next.saturating_duration_since(Instant::now()));
            match orders.recv_timeout(wait) {
                Ok(Order::Reload { cause, done }) => {
                    let _ = done.send(self.reload(cause));
                }
                Ok(Order::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            if look.next.is_some_and(|next| next <= Instant::now()) {
                let begin = Instant::now();
                self.look(&mut look);
                look.next = Some(Instant::now() + watch.max(begin.elapsed() * SHARE));
            }
        }
    }

    fn look(&mut self, look: &mut Look) {
        let now = self.files.fingerprint();
        if now == self.seen {
            look.fresh = None;
        } else if look.fresh == Some(now) {
            // Nobody is writing any more.
            look.fresh = None;
            if self.files.digest() == self.shared.status.get().version.digest {
                self.seen = now;
            } else {
                let _ = self.reload("files");
            }
        } else {
            look.fresh = Some(now);
        }
    }

    /// Takes over what there is, or keeps what serves.
    fn reload(&mut self, cause: &'static str) -> Outcome {
        let mut result = self.attempt();
        for _ in 1..ATTEMPTS {
            // Something may have changed while it was read: then it was neither the old nor the new.
            if self.files.fingerprint() == self.seen {
                break;
            }
            result = self.attempt();
        }
        match result {
            Ok(fresh) => {
                let (digest, findings) = self.put_in_place(fresh);
                self.service.backends.tell_unchecked();
                let number = self.shared.status.taken_over(cause, digest, findings.clone());
                tracing::info!(cause, version = number, "the service was taken over");
                findings.iter().for_each(|finding| tracing::warn!("{finding}"));
                Ok(number)
            }
            Err(findings) => {
                tracing::error!(cause, "the service has errors: the one before goes on serving");
                findings.iter().for_each(|finding| tracing::error!("{finding}"));
                self.shared.status.kept(cause, findings.clone());
                Err(findings)
            }
        }
    }

    /// Reads and compiles everything.
    fn attempt(&mut self) -> Result<Fresh, Vec<String>> {
        self.seen = self.files.fingerprint();
        let mut settings = self.recipe.settings();
        let made = self.recipe.generate_keys(&mut settings).map_err(|error| vec![error])?;
        self.files = self.recipe.files(&settings);
        self.seen = self.files.fingerprint();
        let digest = self.files.digest();
        let (service, problems) = self.recipe.load(&settings);
        let findings = problems.into_findings();
        let told = |findings: &[_]| vec![text(findings, Colours::Never)];
        let Some(mut service) = service else { return Err(told(&findings)) };
        service.version.clone_from(&digest);
        // A circuit breaker whose rule stays the same stays as it is.
        service.backends.adopt(&self.service.backends);
        let shown = tls_of(&settings.config, &settings.folder).map_err(|error| vec![error.to_string()])?;
        let rules = Rules::read(&settings.config, &self.folder, Some(&self.rules));
        let rules = rules.map_err(|error| vec![error.to_string()])?;
        let token = self.token(&settings).map_err(|error| vec![error.to_string()])?;
        let mut notes = if findings.is_empty() { Vec::new() } else { told(&findings) };
        notes.extend(made);
        notes.extend(for_a_restart(&self.shared.config, &settings.config));
        let service = Arc::new(service);
        let sites = (0..self.crew.len()).map(|_| Site::new(&service, &rules.gateway)).collect();
        let shown = for_the_same(&self.shared.config, &settings.config, shown);
        Ok(Fresh { service, sites, rules, shown, token, digest, notes, config: settings.config })
    }

    /// What the admin listener, where it is open, asks for from now on; nothing where the settings have none any more.
    fn token(&self, settings: &Settings) -> Result<Option<Option<String>>, StartError> {
        let next = &settings.config.admin;
        if self.guard.is_none() || next.address.is_none() {
            return Ok(None);
        }
        // Who can reach it is settled by where it is.
        let next = Admin { address: self.shared.config.admin.address, ..next.clone() };
        admin::token(&next, &settings.folder).map(Some)
    }

    /// Every thread goes on with it from its next call on.
    fn put_in_place(&mut self, fresh: Fresh) -> (String, Vec<String>) {
        let errands = fresh.sites.into_iter().map(|site| {
            let (rules, shown) = (Arc::clone(&fresh.rules), fresh.shown.clone());
            move |worker: &std::rc::Rc<crate::worker::Worker>| worker.replace(site, rules, shown)
        });
        let done = self.crew.each(errands).len();
        if done < self.crew.len() {
            tracing::warn!(done, threads = self.crew.len(), "some threads are busy: they follow");
        }
        if let (Some(guard), Some(token)) = (&self.guard, fresh.token) {
            guard.ask_for(token);
        }
        self.shared.memory.store(fresh.config.limits.memory, Ordering::Relaxed);
        (self.service, self.rules) = (fresh.service, fresh.rules);
        self.config = fresh.config;
        (fresh.digest, fresh.notes)
    }
}

/// What can be put in place.
struct Fresh {
    service: Arc<Service>,
    /// One a thread.
    sites: Vec<Site>,
    rules: Arc<Rules>,
    shown: ListenerTls,
    /// What the admin listener asks for from now on.
    token: Option<Option<String>>,
    digest: String,
    notes: Vec<String>,
    config: Config,
}

/// What the listeners that are open show from now on, nothing where that stays as it is: a listener cannot change its address,
/// nor take up TLS or give it up, and what is meant for one must not be shown by another.
fn for_the_same(now: &Config, next: &Config, shown: ListenerTls) -> ListenerTls {
    let mut shown = shown.into_iter().zip(&next.listeners);
    let open = now.listeners.iter().map(|open| {
        let (shown, meant) = shown.next()?;
        shown.filter(|_| meant.address == open.address && open.tls.is_some())
    });
    open.collect()
}

/// What changed in the settings and stays as it is until the gateway is started again.
fn for_a_restart(now: &Config, next: &Config) -> Option<String> {
    /// What is in force of these is read with the service. A table that is not here is read at the start.
    const TAKEN_OVER: [&str; 18] = [
        "backend",
        "certificates",
        "client_certificates",
        "egress",
        "gateway",
        "generate_keys",
        "identity",
        "key_vault",
        "limits",
        "listener",
        "named_values",
        "reload",
        "secrets",
        "service",
        "subscriptions",
        "subscriptions_file",
        "switches",
        "timeouts",
    ];
    // Secrets show as stars there. The admin listener's is taken over.
    let table = |config: &Config| serde_json::to_value(config).unwrap_or_default();
    let (was, is) = (table(now), table(next));
    let mut changed = Vec::new();
    for (name, value) in is.as_object().into_iter().flatten().filter(|(name, _)| !TAKEN_OVER.contains(&name.as_str())) {
        let before = was.get(name);
        match value.as_object() {
            Some(keys) => {
                let differs = |key: &str| before.and_then(|before| before.get(key)) != value.get(key);
                let names = keys.keys().filter(|key| differs(key)).map(|key| format!("{name}.{key}"));
                changed.extend(names.filter(|name| name != "admin.token"));
            }
            None if before != Some(value) => changed.push(name.clone()),
            None => {}
        }
    }
    if now.gateway.workers != next.gateway.workers {
        changed.push("gateway.workers".to_owned());
    }
    let listeners = |config: &Config| {
        let listeners = config.listeners.iter();
        listeners.map(|one| (one.address, one.http2, one.tls.is_some())).collect::<Vec<_>>()
    };
    if listeners(now) != listeners(next) {
        changed.push("listener".to_owned());
    }
    (!changed.is_empty()).then(|| format!("settings that take effect after a restart changed: {}", changed.join(", ")))
}
