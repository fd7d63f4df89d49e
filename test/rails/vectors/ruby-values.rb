# Mints test/rails/vectors/ruby-values.json: what sessions of a Rails application on Marshal or MessagePack hold, and what its JSON makes of it.
#
#   ruby test/rails/vectors/ruby-values.rb > part.json     # with ruby-actionpack and ruby-railties; ruby-msgpack for MessagePack
#
# The committed file has the parts of Rails 6.1 on Ruby 3.1 and of Rails 7.2 on Ruby 3.3, both from Debian's packages.
require "action_controller/railtie"
require "active_support/all"
require "ostruct"
require "pathname"

Account = Struct.new(:id, :owner)
class Money
  attr_reader :cents
  def initialize(cents) = @cents = cents
end

moment = Time.utc(2026, 1, 2, 3, 4, Rational(5_678, 1000))
READABLE = {
  "time_with_zone" => moment.in_time_zone("Eastern Time (US & Canada)"),
  "time_with_zone_utc" => moment.in_time_zone("UTC"),
  "time_with_zone_winter" => moment.in_time_zone("London"),
  "time" => moment.getlocal("+05:30"),
  "html_safe" => "<b>Zoë</b>".html_safe,
  "date" => Date.new(2026, 1, 2),
  "date_time" => DateTime.new(2026, 1, 2, 3, 4, 5.5, "+05:30"),
  "big_decimal" => BigDecimal("19.90"),
  "set" => Set[1, [2], "a", { "k" => Set[] }],
  "rational" => Rational(1, 3),
  "complex" => Complex(1, -2),
  "range" => 1..3,
  "range_exclusive" => "a"..."c",
  "range_of_dates" => (Date.new(2026, 1, 1)..),
  "regexp" => /a\/b(x)/mi,
  "symbol" => :monthly,
  "symbol_utf8" => :"größe",
  "duration" => 2.days,
  "pathname" => Pathname.new("/tmp/a"),
  "indifferent" => { a: { b: [1] } }.with_indifferent_access,
  "hash_default" => Hash.new(7).merge("a" => 1),
  "string_with_variables" => "x".dup.tap { |text| text.instance_variable_set(:@note, Money.new(1)) },
  "bignum" => 2**70,
  "float" => [1.0, -0.0, 0.1, 1e20],
}
UNREADABLE = {
  "struct" => Account.new(7, nil),
  "object" => Money.new(1990),
  "open_struct" => OpenStruct.new(a: 1),
  "parameters" => ActionController::Parameters.new(a: 1),
  "error" => ArgumentError.new("x"),
  "version" => Gem::Version.new("1.2"),
  "compared_by_identity" => {}.compare_by_identity.tap { |hash| hash["a"] = 1 },
  "text_of_a_class" => Class.new(String).then { |text| Object.const_set(:Slug, text) }.new("x"),
  "extended" => [1].extend(Comparable),
  "binary" => "\xFF\xFE".b,
  "latin1" => "Zo\xEB".dup.force_encoding("ISO-8859-1"),
  "cycle" => Account.new(8, nil).tap { |account| account.owner = [account] },
}
if RUBY_VERSION >= "3.3" then READABLE["class"] = String end # before, Rails' JSON wrote {}

id = "5f1d3b9a7c2e4f60819ab0c1d2e3f405"
shared = "shared"
rows = READABLE.merge(UNREADABLE).map do |name, value|
  session = { "session_id" => id, "user_id" => 7, "before" => [shared, :sym], "value" => value, "after" => [shared, value, :sym, { "k" => "z" }] }
  row = { name:, readable: READABLE.key?(name), marshal: Marshal.dump(session).unpack1("H*") }
  row[:json] = ActiveSupport::JSON.encode(value) if READABLE.key?(name)
  row
end
packed = []
begin
  require "active_support/message_pack"
  ActiveSupport::MessagePack.register_type 42, Money, packer: ->(money) { [money.cents].pack("N") }, unpacker: ->(bytes) { Money.new(bytes.unpack1("N")) }
  packed = { "object" => Money.new(1990), "float" => [1.0, 2], "time" => moment.in_time_zone("UTC"), "symbol" => :monthly, "bignum" => 2**70 }.filter_map do |name, value|
    session = { "session_id" => id, "user_id" => 7, "value" => value, "nested" => { "value" => value }, "after" => "z" }
    { name:, messagePack: ActiveSupport::MessagePack.dump(session).unpack1("H*") }
  end
rescue LoadError # before Rails 7.1
end
puts JSON.pretty_generate({ rails: Rails.version, ruby: RUBY_VERSION, rows:, packed: })
