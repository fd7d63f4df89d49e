# frozen_string_literal: true

# A real Rails application with nothing in it but a session. The middleware is what Rails itself puts together: cookies,
# the cookie store, flash, and the key generator of Rails::Application. test/rails/live/server.ts has the same routes.
#
#   SECRET_KEY_BASE=… LOAD_DEFAULTS=6.1 COOKIE_NAME=_live_session SERIALIZER=json puma -b tcp://127.0.0.1:0 config.ru

ENV['RAILS_ENV'] = 'production'
require 'logger'
require 'action_controller/railtie'

# It ends with whoever started it, even if that one was killed: then its standard input is at its end.
Thread.new do
  $stdin.read
  exit!(0)
end

class Live < Rails::Application
  config.load_defaults ENV.fetch('LOAD_DEFAULTS')
  config.root = __dir__
  config.eager_load = false
  config.logger = Logger.new($stderr)
  config.log_level = :error
  config.secret_key_base = ENV.fetch('SECRET_KEY_BASE')
  config.session_store :cookie_store, key: ENV.fetch('COOKIE_NAME')
  config.action_dispatch.cookies_serializer = ENV.fetch('SERIALIZER', 'json').to_sym

  # Rails before 7.0 derives its keys with SHA1 and takes no word about it.
  def self.digest_options(name)
    digest = ENV.fetch(name, '')
    return {} if digest.empty?
    return { hash_digest_class: OpenSSL::Digest.const_get(digest) } if Rails::VERSION::MAJOR >= 7

    digest == 'SHA1' ? {} : abort("Rails #{Rails.version} derives keys with SHA1, not with #{digest}")
  end

  digest_options('KEY_DIGEST').each_value { |digest| config.active_support.key_generator_hash_digest_class = digest }

  other_secret = ENV.fetch('OTHER_SECRET_KEY_BASE', '')
  unless other_secret.empty?
    # As docs/rails.md has it.
    keys = ActiveSupport::KeyGenerator.new(other_secret, iterations: 1000, **digest_options('OTHER_KEY_DIGEST'))
    salt = config.action_dispatch.authenticated_encrypted_cookie_salt
    config.action_dispatch.cookies_rotations.rotate :encrypted, keys.generate_key(salt, 32)
  end

  routes.append do
    get '/about', to: 'live#about'
    get '/untouched', to: 'live#untouched'
    get '/peek', to: 'live#peek'
    get '/state', to: 'live#state'
    post '/login', to: 'live#login'
    post '/write', to: 'live#write'
    post '/append', to: 'live#append'
    post '/delete', to: 'live#delete'
    post '/flash', to: 'live#flashes'
    post '/renew', to: 'live#renew'
    post '/reset', to: 'live#reset'
    get '/csrf', to: 'live#csrf'
    match '/csrf-check(/*rest)', to: 'live#csrf_check', via: %i[post patch put delete]
  end
end

Live.initialize!

# Only now: what Rails sets up for controllers is there after initialize!.
class LiveController < ActionController::Base
  skip_forgery_protection

  # Keys that are not the application's data.
  OWN = %w[session_id flash _csrf_token].freeze

  def about
    render json: { rails: Rails.version, ruby: RUBY_VERSION, rack: Rack.release }
  end

  def untouched
    render json: { ok: true }
  end

  # The session, and the flash as it is stored, which this leaves alone.
  def peek
    stored = session.to_hash['flash']
    render json: { id: id, data: exact_pairs(data), stored_flash: stored && exact_pairs(stored.fetch('flashes')),
                   stored_discard: stored && stored.fetch('discard'), csrf_token: session.to_hash['_csrf_token'] }
  end

  # The session, and the flash, which is shown by this and gone after it.
  def state
    render json: { id: id, data: exact_pairs(data), flash: exact_pairs(flash.to_hash) }
  end

  def login
    reset_session
    session[:user_id] = body.fetch('user_id')
    flash[:notice] = body.fetch('notice')
    render json: { ok: true }
  end

  def write
    session[body.fetch('key')] = body.fetch('value')
    render json: { ok: true }
  end

  def append
    list = session[body.fetch('key')] || []
    session[body.fetch('key')] = list + [body.fetch('value')]
    render json: { ok: true }
  end

  def delete
    session.delete(body.fetch('key'))
    render json: { ok: true }
  end

  def flashes
    body.fetch('steps').each do |verb, name, value|
      case verb
      when 'set' then flash[name] = value
      when 'now' then flash.now[name] = value
      when 'keep' then flash.keep(name)
      when 'discard' then flash.discard(name)
      else raise ArgumentError, verb
      end
    end
    render json: { flash: exact_pairs(flash.to_hash) }
  end

  # The same data under another id.
  def renew
    session.to_hash
    request.session_options[:renew] = true
    render json: { ok: true }
  end

  def reset
    reset_session
    render json: { ok: true }
  end

  def csrf
    form = { action: params.fetch(:path), method: params.fetch(:method) }
    render json: { global: form_authenticity_token, form: form_authenticity_token(form_options: form) }
  end

  # The path and the method that count are those of this very request.
  def csrf_check
    render json: { valid: valid_authenticity_token?(session, request.x_csrf_token) }
  end

  private

  def body
    @body ||= JSON.parse(request.raw_post)
  end

  def id
    session.id.to_s.presence
  end

  def data
    session.to_hash.except(*OWN)
  end

  def exact_pairs(hash)
    hash.map { |key, value| [key.to_s, exact(value)] }
  end

  # JSON that tells what Ruby holds, to the last digit: 1.0 is a Float, 1 is an Integer, keys stand in their order.
  def exact(value)
    case value
    when Hash then "{#{value.map { |key, item| "#{JSON.generate(key)}:#{exact(item)}" }.join(',')}}"
    when Array then "[#{value.map { |item| exact(item) }.join(',')}]"
    when String then JSON.generate(value)
    when nil then 'null'
    when true, false, Integer, Float then value.inspect
    else raise TypeError, value.class.name
    end
  end
end

run Live
