#include "host/base/expansion.h"

namespace kato {
namespace {

constexpr size_t kMaxDepth = 16;
constexpr size_t kMaxResultBytes = 65536;

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name_char(char c) {
  return is_name_start(c) || (c >= '0' && c <= '9');
}

// Walks once over the text. A default that is not needed is walked too, without a result, so that
// its mistakes are found whatever the environment is.
class Expander {
 public:
  Expander(std::string_view text, const Environment& environment)
      : rest_(text), environment_(environment) {}

  Result<std::string> run() {
    std::string out;
    if (auto done = piece(out, 0, true); !done) return forward(done);
    return out;
  }

 private:
  // Up to the end, or inside of braces up to the closing one, which stays.
  Status piece(std::string& out, size_t depth, bool wanted) {
    if (rest_.starts_with('~')) {
      if (auto done = home(out, depth, wanted); !done) return done;
    }
    while (!rest_.empty() && !(depth > 0 && rest_.front() == '}')) {
      if (rest_.front() == '$') {
        if (auto done = dollar(out, depth, wanted); !done) return done;
        continue;
      }
      if (wanted) out.push_back(rest_.front());
      rest_.remove_prefix(1);
      if (out.size() > kMaxResultBytes) return fail(ErrorCode::kInvalid, "the path is too long");
    }
    return {};
  }

  Status home(std::string& out, size_t depth, bool wanted) {
    const auto after = rest_.substr(1);
    const bool alone = after.empty() || after.front() == '/' || (depth > 0 && after.front() == '}');
    if (!alone) {
      return fail(ErrorCode::kInvalid,
                  "only '~' and '~/...' are understood; write another person's folder in full");
    }
    rest_ = after;
    if (!wanted) return {};
    const auto folder = environment_.home();
    if (!folder) {
      return fail(ErrorCode::kInvalid, "'~' has no meaning here: set HOME, or write the full path");
    }
    out += *folder;
    return {};
  }

  Status dollar(std::string& out, size_t depth, bool wanted) {
    rest_.remove_prefix(1);
    if (rest_.starts_with('$')) {
      rest_.remove_prefix(1);
      if (wanted) out.push_back('$');
      return {};
    }
    if (!rest_.starts_with('{')) {
      return fail(ErrorCode::kInvalid,
                  "'$' must be followed by a name in braces: write ${{NAME}}, ${{NAME:-default}}, "
                  "or $$ for a dollar sign");
    }
    rest_.remove_prefix(1);
    if (depth >= kMaxDepth) {
      return fail(ErrorCode::kInvalid, "more than {} '${{' inside of each other", kMaxDepth);
    }
    return variable(out, depth + 1, wanted);
  }

  // Behind "${".
  Status variable(std::string& out, size_t depth, bool wanted) {
    size_t length = 0;
    while (length < rest_.size() && is_name_char(rest_[length])) {
      ++length;
    }
    const auto name = rest_.substr(0, length);
    if (name.empty() || !is_name_start(name.front())) {
      return fail(ErrorCode::kInvalid, "'${{' must be followed by the name of a variable");
    }
    rest_.remove_prefix(length);
    const auto value = environment_.variable(name);
    if (rest_.starts_with('}')) {
      rest_.remove_prefix(1);
      if (!wanted) return {};
      if (value) return put(out, *value);
      return fail(ErrorCode::kInvalid,
                  "the variable {} is not set: set it, or give a default: ${{{}:-...}}", name,
                  name);
    }
    if (!rest_.starts_with(":-")) {
      return fail(ErrorCode::kInvalid, "'${{{}' must go on with '}}' or ':-default}}'", name);
    }
    rest_.remove_prefix(2);
    const bool set = value && !value->empty();
    if (set && wanted) {
      if (auto done = put(out, *value); !done) return done;
    }
    if (auto done = piece(out, depth, wanted && !set); !done) return done;
    if (rest_.empty()) return fail(ErrorCode::kInvalid, "'${{{}:-' has no closing '}}'", name);
    rest_.remove_prefix(1);
    return {};
  }

  static Status put(std::string& out, const std::string& value) {
    if (out.size() + value.size() > kMaxResultBytes) {
      return fail(ErrorCode::kInvalid, "the path is too long");
    }
    out += value;
    return {};
  }

  std::string_view rest_;
  const Environment& environment_;
};

}  // namespace

Result<std::string> expand_path(std::string_view text, const Environment& environment) {
  return Expander(text, environment).run();
}

}  // namespace kato
