//! Types of .NET that policies ask for and may not use. They are no part of the library; naming them tells a refusal from
//! a slip of the pen.

/// Full names. Those in imported namespaces go by their last part as well.
const TYPES: &[&str] = &[
    "System.Activator",
    "System.AppContext",
    "System.AppDomain",
    "System.Buffer",
    "System.Console",
    "System.Diagnostics.Debug",
    "System.Diagnostics.Process",
    "System.Diagnostics.Stopwatch",
    "System.Diagnostics.Trace",
    "System.Environment",
    "System.GC",
    "System.Globalization.CultureInfo",
    "System.Globalization.DateTimeStyles",
    "System.Globalization.NumberFormatInfo",
    "System.Globalization.NumberStyles",
    "System.IO.BinaryReader",
    "System.IO.BinaryWriter",
    "System.IO.Compression.GZipStream",
    "System.IO.Directory",
    "System.IO.DirectoryInfo",
    "System.IO.File",
    "System.IO.FileInfo",
    "System.IO.FileStream",
    "System.IO.MemoryStream",
    "System.IO.Path",
    "System.IO.Stream",
    "System.IO.StreamReader",
    "System.IO.StreamWriter",
    "System.IO.StringWriter",
    "System.Lazy",
    "System.Net.Dns",
    "System.Net.Http.HttpClient",
    "System.Net.HttpWebRequest",
    "System.Net.Mail.SmtpClient",
    "System.Net.Sockets.Socket",
    "System.Net.Sockets.TcpClient",
    "System.Net.WebClient",
    "System.Net.WebRequest",
    "System.OperatingSystem",
    "System.Reflection.Assembly",
    "System.Reflection.BindingFlags",
    "System.Reflection.MethodInfo",
    "System.Runtime.InteropServices.Marshal",
    "System.Security.Cryptography.RandomNumberGenerator",
    "System.Text.Json.JsonDocument",
    "System.Text.Json.JsonSerializer",
    "System.Threading.CancellationToken",
    "System.Threading.CancellationTokenSource",
    "System.Threading.Interlocked",
    "System.Threading.Monitor",
    "System.Threading.Mutex",
    "System.Threading.SemaphoreSlim",
    "System.Threading.Tasks.Parallel",
    "System.Threading.Tasks.Task",
    "System.Threading.Thread",
    "System.Threading.ThreadPool",
    "System.Threading.Timer",
    "System.Web.HttpUtility",
    "System.Windows.Forms.MessageBox",
];

/// The full name of such a type that goes by its bare name here.
pub(super) fn simple(name: &str) -> Option<&'static str> {
    TYPES.iter().copied().find(|full| {
        let (namespace, last) = full.rsplit_once('.').unwrap_or(("", full));
        last == name && super::names::IMPORTED.contains(&namespace)
    })
}

/// Such a type by its full name.
pub(super) fn full(name: &str) -> Option<&'static str> {
    TYPES.iter().copied().find(|full| *full == name)
}

/// True for namespaces that hold nothing but such types, as far as policies go.
pub(super) fn is_namespace(name: &str) -> bool {
    TYPES.iter().any(|full| full.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
}

/// What is said of them.
pub(super) fn refusal(full: &str) -> String {
    format!("Usage of type '{full}' is not supported within expressions")
}
