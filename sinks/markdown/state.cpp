#include "state.h"

#include <algorithm>
#include <charconv>

#include "text.h"

namespace kato::markdown {
namespace {

uint64_t key_of(char kind, std::string_view id) {
  return fnv1a(id) ^ static_cast<uint64_t>(kind);
}

bool is_role(char c) {
  return c == '-' || c == 'u' || c == 'a' || c == 's';
}

}  // namespace

std::deque<KnownNames::Entry>::iterator KnownNames::entry_of(uint64_t key) {
  return std::find_if(entries_.begin(), entries_.end(),
                      [key](const Entry& entry) { return entry.key == key; });
}

void KnownNames::remember(char kind, std::string_view id, std::string_view name) {
  if (id.empty()) return;
  const uint64_t key = key_of(kind, id);
  std::string line;
  append_one_line(line, name, kMaxNameCharacters);
  if (line.empty()) return;
  if (const auto known = entry_of(key); known != entries_.end()) {
    known->name = std::move(line);
    return;
  }
  if (entries_.size() >= kMost) {
    const auto asked = std::find_if(entries_.begin(), entries_.end(),
                                    [](const Entry& entry) { return entry.asked; });
    entries_.erase(asked == entries_.end() ? entries_.begin() : asked);
  }
  entries_.push_back({.key = key, .asked = false, .name = std::move(line)});
}

std::string_view KnownNames::find(char kind, std::string_view id) {
  if (id.empty()) return {};
  const auto known = entry_of(key_of(kind, id));
  if (known == entries_.end()) return {};
  known->asked = true;
  return known->name;
}

// One line each: "+" or "-" (asked for), the key in hex, a blank, the name.
void KnownNames::encode(std::string& out) const {
  for (const Entry& entry : entries_) {
    std::array<char, 16> hex{};
    const auto end = std::to_chars(hex.data(), hex.data() + hex.size(), entry.key, 16).ptr;
    out += entry.asked ? '+' : '-';
    out.append(hex.data(), end);
    out += ' ';
    out += entry.name;
    out += '\n';
  }
}

bool KnownNames::decode(std::string_view line) {
  if (line.empty() || (line.front() != '+' && line.front() != '-')) return false;
  const bool asked = line.front() == '+';
  line.remove_prefix(1);
  uint64_t key = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), key, 16);
  if (parsed.ec != std::errc()) return false;
  line.remove_prefix(static_cast<size_t>(parsed.ptr - line.data()));
  if (!line.starts_with(' ') || entries_.size() >= kMost) return false;
  entries_.push_back({.key = key, .asked = asked, .name = std::string(line.substr(1))});
  return true;
}

// First line: "1" or "0" (follows_text), the role, the speaker's name. Then the known names.
std::string State::encode() const {
  std::string blob;
  blob += follows_text ? '1' : '0';
  blob += static_cast<char>(speaker.role);
  blob += speaker.name;
  blob += '\n';
  names.encode(blob);
  return blob;
}

std::optional<State> State::decode(std::string_view blob) {
  if (blob.size() < 3 || blob.back() != '\n' || !is_role(blob[1])) return std::nullopt;
  if (blob[0] != '0' && blob[0] != '1') return std::nullopt;
  State state;
  const std::string_view first = take_line(blob);
  state.follows_text = first[0] == '1';
  state.speaker = {.role = static_cast<Role>(first[1]), .name = std::string(first.substr(2))};
  while (!blob.empty()) {
    if (!state.names.decode(take_line(blob))) return std::nullopt;
  }
  return state;
}

}  // namespace kato::markdown
