-- For pandoc: makes a manual of one of docs/*.md. A link to a file beside the page becomes its words; a table a list,
-- which any terminal has room for: what a row is about, then its cells under their headings.

function Link(link)
  if link.target:match('^https?:') then return nil end
  return link.content
end

function Header(header)
  if header.level > 1 then return nil end
  return header:walk({ Str = function(word) return pandoc.Str(word.text:upper()) end })
end

local function words(cell)
  return pandoc.utils.blocks_to_inlines(cell)
end

function Table(element)
  local simple = pandoc.utils.to_simple_table(element)
  local entries = {}
  for _, row in ipairs(simple.rows) do
    -- The last column tells of the first; those between stand behind it, under their headings.
    local says = words(row[#row])
    for index = 2, #row - 1 do
      local cell = words(row[index])
      if #cell > 0 then
        if #says > 0 then says:extend({ pandoc.Str(';'), pandoc.Space() }) end
        says:extend({ pandoc.Emph(words(simple.headers[index])), pandoc.Str(':'), pandoc.Space() })
        says:extend(cell)
      end
    end
    table.insert(entries, { words(row[1]), { { pandoc.Plain(says) } } })
  end
  return pandoc.DefinitionList(entries)
end
