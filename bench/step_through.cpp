// kato-bench-step-through PID SECONDS: lets a process run step by step and prints, in the order in
// which they were reached first, the addresses that it ran through: "FILE ADDRESS", the address as
// in the file's symbol table (16 hexadecimal digits). For bench/append-path; x86-64 only.
#include <chrono>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unordered_set>
#include <vector>

#include "bench/arguments.h"

namespace {

struct Mapping {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t offset = 0;
  std::string file;
};

std::vector<Mapping> mappings_of(pid_t pid) {
  std::vector<Mapping> all;
  std::ifstream maps("/proc/" + std::to_string(pid) + "/maps");
  for (std::string line; std::getline(maps, line);) {
    Mapping one;
    std::string rights, device, inode;
    char dash = 0;
    std::istringstream words(line);
    words >> std::hex >> one.begin >> dash >> one.end >> rights >> one.offset >> device >> inode >>
        one.file;
    if (rights.find('x') != std::string::npos && one.file.starts_with('/')) all.push_back(one);
  }
  return all;
}

// Where code lies at the same place in the file and in memory, which is how linkers lay it out.
void print(const std::vector<Mapping>& mappings, uint64_t address) {
  for (const auto& one : mappings) {
    if (address < one.begin || address >= one.end) continue;
    const uint64_t in_file = address - one.begin + one.offset;
    static_cast<void>(std::printf("%s %016" PRIx64 "\n", one.file.c_str(), in_file));
    return;
  }
}

bool step(pid_t pid) {
  int status = 0;
  return ::ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr) == 0 &&
         ::waitpid(pid, &status, 0) == pid && WIFSTOPPED(status);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) {
    static_cast<void>(std::fputs("usage: kato-bench-step-through PID SECONDS\n", stderr));
    return 2;
  }
  const pid_t pid = kato::bench::number_from(arguments[1], 0);
  const std::chrono::seconds lasts(kato::bench::number_from(arguments[2], 1));
  const auto end = std::chrono::steady_clock::now() + lasts;
  if (::ptrace(PTRACE_ATTACH, pid, nullptr, nullptr) != 0) {
    std::perror("attach");
    return 1;
  }
  ::waitpid(pid, nullptr, 0);
  std::unordered_set<uint64_t> seen;
  std::vector<uint64_t> reached;
  while (std::chrono::steady_clock::now() < end && step(pid)) {
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, pid, nullptr, &registers) != 0) break;
    if (seen.insert(registers.rip).second) reached.push_back(registers.rip);
  }
  const auto mappings = mappings_of(pid);
  for (const auto address : reached) {
    print(mappings, address);
  }
  ::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
  return 0;
}
