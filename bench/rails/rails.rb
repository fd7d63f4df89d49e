# frozen_string_literal: true

# Seals and opens the session of one cookie with Rails itself, in slices on command. Each line of stdin is JSON; the first
# says what to do it with, each one after it asks for a slice and is answered with the microseconds of one step.

require "cgi"
require "json"
require "stringio"
begin
  require "active_support"
  require "active_support/json"
  require "active_support/key_generator"
  require "active_support/message_encryptor"
  require "active_support/messages/rotation_configuration"
  require "action_dispatch"
  require "action_dispatch/middleware/cookies"
  require "action_pack/version"
rescue LoadError => error
  abort "no actionpack: #{error.message.lines.first}"
end

$stdout.sync = true
setup = JSON.parse($stdin.gets)
NAME, SECRET, VALUE, SESSION = setup.values_at("name", "secret", "value", "session")

SALT = "authenticated encrypted cookie"
GENERATOR = ActiveSupport::CachingKeyGenerator.new(ActiveSupport::KeyGenerator.new(SECRET, iterations: 1000))
ENVIRONMENT = {
  "REQUEST_METHOD" => "GET", "HTTP_HOST" => "localhost", "rack.input" => StringIO.new, "rack.url_scheme" => "http",
  "action_dispatch.key_generator" => GENERATOR,
  "action_dispatch.secret_key_base" => SECRET,
  "action_dispatch.authenticated_encrypted_cookie_salt" => SALT,
  "action_dispatch.encrypted_cookie_salt" => "encrypted cookie",
  "action_dispatch.encrypted_signed_cookie_salt" => "signed encrypted cookie",
  "action_dispatch.signed_cookie_salt" => "signed cookie",
  "action_dispatch.use_authenticated_cookie_encryption" => true,
  "action_dispatch.use_cookies_with_metadata" => true,
  "action_dispatch.cookies_serializer" => :json,
  "action_dispatch.cookies_rotations" => ActiveSupport::Messages::RotationConfiguration.new
}.freeze
COOKIE = "#{NAME}=#{VALUE}"
PURPOSE = "cookie.#{NAME}"
# What config.action_dispatch.cookies_serializer = :json does in every Rails, whatever its class is called there.
module Json
  def self.dump(value) = ActiveSupport::JSON.encode(value)
  def self.load(text) = ActiveSupport::JSON.decode(text)
end
ENCRYPTOR = ActiveSupport::MessageEncryptor.new(
  GENERATOR.generate_key(SALT, 32), cipher: "aes-256-gcm", serializer: Json
)
MESSAGE = CGI.unescape(VALUE)

# The encrypted jar of a new request, as every request makes its own.
def jar
  ActionDispatch::Request.new(ENVIRONMENT.merge("HTTP_COOKIE" => COOKIE)).cookie_jar
end

def seal_in_jar
  cookies = jar
  cookies.encrypted[NAME] = { value: SESSION }
  cookies
end

STEPS = {
  "jar" => { "seal" => -> { seal_in_jar }, "open" => -> { jar.encrypted[NAME] } },
  "encryptor" => {
    "seal" => -> { ENCRYPTOR.encrypt_and_sign(SESSION, purpose: PURPOSE) },
    "open" => -> { ENCRYPTOR.decrypt_and_verify(MESSAGE, purpose: PURPOSE) }
  }
}.freeze

puts JSON.generate(
  ruby: RUBY_VERSION, rails: ActionPack.version.to_s,
  sealed: [seal_in_jar[NAME], STEPS["encryptor"]["seal"].call].map { |message| CGI.escape(message) },
  opened: STEPS.values.map { |steps| steps["open"].call }
)

while (line = $stdin.gets)
  who, what, steps = JSON.parse(line)
  step = STEPS.fetch(who).fetch(what)
  began = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
  steps.times { step.call }
  puts (Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - began) / 1000.0 / steps
end
