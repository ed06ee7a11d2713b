#include "memory.h"

#include "project.h"

namespace kato::gemini {

void Memory::save(jsonlog::StateWriter& out) const {
  results.save(out);
  calls.save(out);
  client_texts.save(out);
  out.hash(title);
  out.hash(relisted_reply);
  out.flag(relisting);
  out.flag(any_message);
  out.flag(subagent);
  out.flag(wants_directory);
  out.text(project_hash);
}

void Memory::restore(jsonlog::StateReader& in) {
  results.restore(in);
  calls.restore(in);
  client_texts.restore(in);
  title = in.hash();
  relisted_reply = in.hash();
  relisting = in.flag();
  any_message = in.flag();
  subagent = in.flag();
  wants_directory = in.flag();
  project_hash = in.text();
  if (!project_hash.empty() && !is_hash(project_hash)) in.refuse();
}

}  // namespace kato::gemini
