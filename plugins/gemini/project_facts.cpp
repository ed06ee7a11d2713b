#include "project_facts.h"

#include "project.h"

namespace kato::gemini {

void learn_directory(const Message& message, std::string_view text) {
  auto& memory = message.memory();
  if (!memory.wants_directory) return;
  const auto directory = find_directory_in_text(text, memory.project_hash);
  if (directory.empty()) return;
  memory.wants_directory = false;
  message.record().out().facts(directory, {});
}

}  // namespace kato::gemini
