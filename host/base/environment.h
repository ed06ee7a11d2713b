// What the process was told by its surroundings comes in through this interface.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kato {

// [any thread] Does not change after it was made.
class Environment {
 public:
  Environment() = default;
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  Environment(Environment&&) = delete;
  Environment& operator=(Environment&&) = delete;
  virtual ~Environment() = default;

  // The variable's value, possibly empty; nothing if it is not set.
  [[nodiscard]] virtual std::optional<std::string> variable(std::string_view name) const = 0;
  // The person's home folder, absolute, without a slash at its end; nothing if there is none.
  [[nodiscard]] virtual std::optional<std::string> home() const = 0;
};

// What the process was started with, copied when this is made.
class ProcessEnvironment final : public Environment {
 public:
  // Reads `environ`: make it before threads start that might change it.
  ProcessEnvironment();
  [[nodiscard]] std::optional<std::string> variable(std::string_view name) const override;
  // HOME if it is absolute, else what the user database says.
  [[nodiscard]] std::optional<std::string> home() const override;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
  std::optional<std::string> home_;
};

// What the caller says. Home is the variable HOME.
class FixedEnvironment final : public Environment {
 public:
  explicit FixedEnvironment(std::map<std::string, std::string, std::less<>> variables);
  [[nodiscard]] std::optional<std::string> variable(std::string_view name) const override;
  [[nodiscard]] std::optional<std::string> home() const override;

 private:
  std::map<std::string, std::string, std::less<>> variables_;
};

}  // namespace kato
