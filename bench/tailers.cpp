#include "bench/tailers.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <sys/inotify.h>
#include <unistd.h>

namespace kato::bench {

std::string now_text() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const std::time_t seconds = millis / 1000;
  std::tm parts{};
  static_cast<void>(::gmtime_r(&seconds, &parts));
  char text[32];
  const auto length = std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
  char fraction[8];
  static_cast<void>(
      std::snprintf(fraction, sizeof(fraction), ".%03dZ", static_cast<int>(millis % 1000)));
  return std::string(text, length) + fraction;
}

namespace {

constexpr int kStartMillis = 120'000;

std::string content_of(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

}  // namespace

double Tailer::end() {
  const double cpu_ms = process_->end();
  process_.reset();
  return cpu_ms;
}

void Tailer::append_line(const std::string& marker, const std::string& rest) {
  const auto session = std::filesystem::path(log_).stem().string();
  const auto line = R"({"parentUuid":null,"isSidechain":false,"userType":"external",)"
                    R"("cwd":"/home/ada/tide-clock","sessionId":")" +
                    session + R"(","version":"2.1.330","uuid":"uuid-)" + marker +
                    R"(","timestamp":")" + now_text() + R"(","entrypoint":"cli",)" + rest + "}\n";
  const int fd = ::open(log_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (fd < 0 || ::write(fd, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
    std::perror(log_.c_str());
    std::abort();
  }
  ::close(fd);
}

void Tailer::append(const std::string& marker) {
  constexpr size_t kFill = 300;
  append_line(marker,
              R"("type":"assistant","message":{"model":"claude-opus-5-5","id":"msg-)" + marker +
                  R"(","type":"message","role":"assistant","content":[{"type":"text","text":")" +
                  marker + " " + std::string(kFill, 'x') +
                  R"("}],"usage":{"input_tokens":1,"output_tokens":2}})");
}

void Tailer::append_user(const std::string& marker, const std::string& text) {
  append_line(marker, R"("type":"user","message":{"role":"user","content":")" + marker + "\\n" +
                          text + R"("},"promptSource":"typed","origin":{"kind":"human"})");
}

void KatoTailer::start() {
  std::filesystem::create_directories(home_ + "/notes");
  std::filesystem::create_directories(state_);
  std::filesystem::permissions(state_, std::filesystem::perms::owner_all);
  if (!std::filesystem::exists(state_ + "/kato.yaml")) {
    std::ofstream(state_ + "/kato.yaml")
        << "schemaVersion: 1\nallowedWriteRoots: [\"{state}/recordings\", \"" << home_
        << "/notes\"]\n";
  }
  std::filesystem::remove(state_ + "-said");  // of a run before: it would say that it is ready
  process_ = std::make_unique<WatchedProcess>(
      std::vector<std::string>{program_, "run"},
      std::map<std::string, std::string>{
          {"HOME", home_}, {"KATO_HOME", state_}, {"TZ", "UTC"}, {"PATH", "/usr/bin:/bin"}},
      state_ + "-said");
}

bool KatoTailer::await_ready() const {
  Awaited said(state_ + "-said");
  return content_of(state_ + "-said").find("ready") != std::string::npos ||
         said.wait_for("ready", kStartMillis);
}

bool KatoTailer::begin_recording() {
  if (!await_ready()) return false;
  Awaited awaited(output());
  const auto marker = "begin-" + std::to_string(::getpid());
  append_user(marker, "::start " + output());
  return awaited.wait_for(marker, kStartMillis);
}

void BareTailer::start() {
  process_ = std::make_unique<WatchedProcess>(
      std::vector<std::string>{program_, output(), folder_ + "/cursors", root_},
      std::map<std::string, std::string>{{"PATH", "/usr/bin:/bin"}}, folder_ + "/tailer-said");
}

void Rsyslog::start() {
  std::filesystem::create_directories(folder_ + "/work");
  const auto config = folder_ + "/rsyslog.conf";
  std::ofstream(config) << "global(workDirectory=\"" << folder_
                        << "/work\" maxMessageSize=\"64k\")\n"
                        << "module(load=\"imfile\" mode=\"inotify\")\n"
                        << "template(name=\"t\" type=\"string\" string=\"%msg%\\n\")\n"
                        << "ruleset(name=\"r\") { action(type=\"omfile\" file=\"" << output()
                        << "\" template=\"t\") }\n"
                        << "input(type=\"imfile\" File=\"" << log()
                        << "\" Tag=\"t\" ruleset=\"r\")\n";
  process_ = std::make_unique<WatchedProcess>(
      std::vector<std::string>{program_, "-n", "-f", config, "-i", folder_ + "/rsyslog.pid"},
      std::map<std::string, std::string>{{"PATH", "/usr/sbin:/usr/bin:/bin"}},
      folder_ + "/rsyslog-said");
}

Awaited::Awaited(const std::string& file)
    : file_(file), events_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  const auto folder = std::filesystem::path(file).parent_path().string();
  static_cast<void>(
      ::inotify_add_watch(events_, folder.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO));
  std::error_code missing;
  const auto size = std::filesystem::file_size(file, missing);
  seen_ = missing ? 0 : static_cast<off_t>(size);
}

Awaited::~Awaited() {
  ::close(events_);
}

bool Awaited::came(const std::string& text) {
  const int fd = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  char buffer[65536];
  while (true) {
    const auto got = ::pread(fd, buffer, sizeof(buffer), seen_);
    if (got <= 0) break;
    tail_.append(buffer, static_cast<size_t>(got));
    seen_ += got;
  }
  ::close(fd);
  if (tail_.find(text) != std::string::npos) {
    tail_.clear();
    return true;
  }
  if (tail_.size() > text.size()) tail_.erase(0, tail_.size() - text.size());
  return false;
}

bool Awaited::wait_for(const std::string& text, int deadline_ms) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(deadline_ms);
  alignas(inotify_event) char news[4096];
  while (!came(text)) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd waited{.fd = events_, .events = POLLIN, .revents = 0};
    static_cast<void>(::poll(&waited, 1, static_cast<int>(left.count())));
    while (::read(events_, news, sizeof(news)) > 0) {
    }
  }
  return true;
}

}  // namespace kato::bench
