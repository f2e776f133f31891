/// What the server runs by itself in each step of an exactly-once stream.
enum StreamScripts {
    /// Keys: the owner's, the checkpoints'. Arguments: our token, then pairs of field and expected value, empty for none. Answers 0 when all is as
    /// expected, 1 when somebody else owns it, 2 when a checkpoint differs; and the owner.
    ///
    /// Changing a watched key lets EXEC do nothing, also when the same connection changes it. A deadline that comes and goes changes a key even when
    /// the server has no memory left.
    static let guarding = """
        local owner = redis.call('GET', KEYS[1])
        local trouble = 0
        if owner ~= ARGV[1] then trouble = 1 else
          for i = 2, #ARGV, 2 do
            if (redis.call('HGET', KEYS[2], ARGV[i]) or '') ~= ARGV[i + 1] then trouble = 2 break end
          end
        end
        if trouble ~= 0 then
          if owner then redis.call('PEXPIRE', KEYS[1], '9999999999999') redis.call('PERSIST', KEYS[1])
          else redis.call('SET', KEYS[1], '') redis.call('DEL', KEYS[1]) end
        end
        return {trouble, owner or ''}
        """

    /// Writes the last entry and then the checkpoints, or nothing. Keys: the stream's, the checkpoints'. Arguments: how many belong to the entry; those; then
    /// pairs of field and value, an empty value removes the field.
    static let finishing = """
        local n = tonumber(ARGV[1])
        if n > 0 then redis.call('XADD', KEYS[1], unpack(ARGV, 2, n + 1)) end
        for i = n + 2, #ARGV, 2 do
          if ARGV[i + 1] == '' then redis.call('HDEL', KEYS[2], ARGV[i]) else redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
        end
        return 1
        """
}
