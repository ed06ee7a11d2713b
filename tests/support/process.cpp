#include "tests/support/process.h"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace kato::test {
namespace {

std::string read_file(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) {
    all.push_back(text.data());
  }
  all.push_back(nullptr);
  return all;
}

void redirect(const std::string& path, int flags, int to) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
  if (fd < 0 || ::dup2(fd, to) < 0) ::_exit(126);
}

}  // namespace

Process::Process(const std::vector<std::string>& argv,
                 const std::map<std::string, std::string>& environment,
                 const std::string& scratch_folder) {
  static std::atomic<int> number = 0;
  const auto stem = scratch_folder + "/process-" + std::to_string(++number);
  out_path_ = stem + ".out";
  err_path_ = stem + ".err";
  auto arguments = argv;
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) {
    variables.push_back(name + "=" + value);
  }
  const auto argument_pointers = pointers(arguments);
  const auto variable_pointers = pointers(variables);
  pid_ = ::fork();
  if (pid_ != 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // whatever ends the test ends what it started
  redirect("/dev/null", O_RDONLY, STDIN_FILENO);
  redirect(out_path_, O_WRONLY | O_CREAT, STDOUT_FILENO);
  redirect(err_path_, O_WRONLY | O_CREAT, STDERR_FILENO);
  ::execve(argument_pointers[0], argument_pointers.data(), variable_pointers.data());
  ::_exit(127);
}

Process::~Process() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Process::send(int signal) const {
  if (pid_ > 0) ::kill(pid_, signal);
}

bool Process::has_ended() {
  if (pid_ > 0 && ::waitpid(pid_, &status_, WNOHANG) == pid_) pid_ = -1;
  return pid_ <= 0;
}

Finished Process::wait(std::chrono::milliseconds deadline) {
  constexpr std::chrono::milliseconds kPause{1};
  if (!eventually([&] { return has_ended(); }, deadline, kPause)) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
  }
  pid_ = -1;
  return {.exit_code = WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_),
          .out = read_file(out_path_),
          .err = read_file(err_path_)};
}

std::string Process::out_so_far() const {
  return read_file(out_path_);
}

std::string Process::err_so_far() const {
  return read_file(err_path_);
}

}  // namespace kato::test
