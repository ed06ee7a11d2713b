#include "bench/watched_process.h"

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kato::bench {
namespace {

constexpr double kNanosPerMilli = 1e6;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  all.reserve(texts.size() + 1);
  for (auto& text : texts) {
    all.push_back(text.data());
  }
  all.push_back(nullptr);
  return all;
}

// The number behind `name` in a file of lines "name value".
uint64_t field(const std::string& path, const std::string& name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name)) return std::stoull(line.substr(name.size()));
  }
  return 0;
}

double millis(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

}  // namespace

WatchedProcess::WatchedProcess(const std::vector<std::string>& command,
                               const std::map<std::string, std::string>& environment,
                               const std::string& said) {
  auto words = command;
  std::vector<std::string> variables;
  variables.reserve(environment.size());
  for (const auto& [name, value] : environment) {
    variables.emplace_back(name).append("=").append(value);
  }
  const auto word_pointers = pointers(words);
  const auto variable_pointers = pointers(variables);
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // whatever ends the benchmark ends what it started
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int out = ::open(said.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  static_cast<void>(::dup2(nothing, STDIN_FILENO));
  static_cast<void>(::dup2(out, STDOUT_FILENO));
  static_cast<void>(::dup2(out, STDERR_FILENO));
  ::execve(word_pointers.front(), word_pointers.data(), variable_pointers.data());
  ::_exit(127);
}

WatchedProcess::~WatchedProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Usage WatchedProcess::usage() const {
  const auto proc = "/proc/" + std::to_string(pid_);
  Usage usage;
  std::error_code gone;
  for (const auto& task : std::filesystem::directory_iterator(proc + "/task", gone)) {
    double nanos = 0;
    std::ifstream(task.path() / "schedstat") >> nanos;
    usage.cpu_ms += nanos / kNanosPerMilli;
    usage.wake_ups += field(task.path() / "status", "voluntary_ctxt_switches:");
  }
  usage.read_bytes = field(proc + "/io", "rchar:");
  usage.resident_mb = static_cast<double>(field(proc + "/status", "VmRSS:")) / 1024;
  usage.peak_mb = static_cast<double>(field(proc + "/status", "VmHWM:")) / 1024;
  for (const auto& file : std::filesystem::directory_iterator(proc + "/fd", gone)) {
    static_cast<void>(file);
    ++usage.open_files;
  }
  return usage;
}

bool WatchedProcess::alive() {
  return pid_ > 0 && ::kill(pid_, 0) == 0;
}

double WatchedProcess::end() {
  ::kill(pid_, SIGTERM);
  return wait();
}

double WatchedProcess::wait() {
  int status = 0;
  rusage used{};
  if (::wait4(pid_, &status, 0, &used) != pid_) return -1;
  pid_ = -1;
  return status == 0 ? millis(used.ru_utime) + millis(used.ru_stime) : -1;
}

}  // namespace kato::bench
